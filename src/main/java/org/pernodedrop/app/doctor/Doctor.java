package org.pernodedrop.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Backends;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.SelfCheck;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.LibraryFinding;
import org.pernodedrop.kernels.cuda.CudaDiagnostics;

/** Examines everything that computing needs, from the platform to small computations, and continues after failures. */
public final class Doctor {
    private static final String WRONG =
            "the device computes wrongly: do not use it, and report this table with the versions in it";
    private static final double NANOS = 1e9;

    private final List<Diagnosis.Finding> findings = new ArrayList<>();

    private Doctor() {}

    /** Examines this machine; takes seconds if there is a GPU. */
    public static Diagnosis examine() {
        return new Doctor().all();
    }

    private Diagnosis all() {
        findings.add(Diagnosis.Finding.ok(
                "platform", System.getProperty("os.name") + " on " + System.getProperty("os.arch")));
        findings.add(Diagnosis.Finding.ok("Java", Runtime.version() + ", " + System.getProperty("java.vm.name")));
        check(Device.CPU);
        int beforeCuda = findings.size();
        boolean cuda = false;
        if (libraries()) {
            try (CudaDiagnostics gpu = new CudaDiagnostics()) {
                inspect(gpu);
                check(Device.CUDA);
            } catch (RuntimeException | LinkageError failure) {
                findings.add(Diagnosis.Finding.failure("GPU", failure));
            }
            cuda = allWell(beforeCuda, findings.size());
        }
        return new Diagnosis(findings, allWell(0, beforeCuda), cuda, CudaLibraries.automatic());
    }

    private boolean allWell(int from, int to) {
        return findings.subList(from, to).stream()
                .noneMatch(finding -> finding.verdict() == Diagnosis.Finding.Verdict.PROBLEM);
    }

    private boolean libraries() {
        CudaLibraries libraries = CudaLibraries.probe();
        for (LibraryFinding library : libraries.findings()) {
            findings.add(Diagnosis.Finding.of(library, !CudaLibraries.isOptional(library)));
        }
        return libraries.isUsable();
    }

    /** Adds the driver's facts about GPUs and kernels. */
    private void inspect(CudaDiagnostics gpu) {
        findings.add(Diagnosis.Finding.ok("driver", gpu.driver()));
        gpu.devices().forEach(device -> findings.add(Diagnosis.Finding.ok("GPU", device)));
        attempt("kernels (PTX)", gpu::loadModules);
    }

    private void attempt(String subject, Supplier<String> examination) {
        try {
            findings.add(Diagnosis.Finding.ok(subject, examination.get()));
        } catch (RuntimeException | LinkageError failure) {
            findings.add(Diagnosis.Finding.failure(subject, failure));
        }
    }

    /** Opens a backend and checks computations with known results. */
    private void check(Device device) {
        BackendOptions options = BackendOptions.of(device);
        try (Backend backend = Backends.open(options, notice -> {})) {
            int first = findings.size();
            for (SelfCheck check : SelfCheck.values()) {
                check(device, backend, check);
            }
            // Listed before the results but described after them: only then the backend knows whether cuRAND is used.
            findings.add(first, Diagnosis.Finding.ok("device " + device, backend.describe()));
        } catch (RuntimeException | LinkageError failure) {
            findings.add(Diagnosis.Finding.failure("device " + device, failure));
        }
    }

    private void check(Device device, Backend backend, SelfCheck check) {
        String subject = device + ": " + check.title();
        long start = System.nanoTime();
        try {
            Optional<String> difference = check.run(backend);
            String time = String.format(Locale.ROOT, "right, %.3f s", (System.nanoTime() - start) / NANOS);
            findings.add(
                    difference.isEmpty()
                            ? Diagnosis.Finding.ok(subject, time)
                            : Diagnosis.Finding.problem(subject, difference.get(), WRONG));
        } catch (RuntimeException | LinkageError failure) {
            findings.add(Diagnosis.Finding.failure(subject, failure));
        }
    }
}
