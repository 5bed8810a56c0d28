package org.pernodedrop.backend;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.backend.cuda.CudaBackend;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.kernels.Arguments;

/** The choice of a backend: the only place that names the devices' own packages. */
public final class Backends {
    private static final Set<SelfCheck> QUICK_CHECKS = EnumSet.of(SelfCheck.KERNEL, SelfCheck.PRODUCT, SelfCheck.MASKS);

    private static final String UNAVAILABLE = "device cuda cannot be had: ";

    private Backends() {}

    /**
     * Opens a backend, owned by the caller. {@link Device#AUTO} takes the GPU if it opens and gets small computations
     * right, and the CPU otherwise; with {@code -Dpernodedrop.cuda.auto=false} always the CPU.
     *
     * @param notice told in one line what was taken and why
     * @throws DeviceUnavailableException if the device that was asked for cannot be had
     */
    public static Backend open(BackendOptions options, Consumer<String> notice) {
        Arguments.notNull("options", options);
        Arguments.notNull("notice", notice);
        return switch (options.device()) {
            case CPU -> told(notice, openCpu(options), "as asked for");
            case CUDA -> told(notice, new CudaBackend(options.precision(), options.graphs()), "as asked for");
            case AUTO -> openBest(options, notice);
        };
    }

    private static Backend openBest(BackendOptions options, Consumer<String> notice) {
        if (!CudaLibraries.automatic()) {
            return told(notice, openCpu(options), "CUDA is used only if asked for: pernodedrop.cuda.auto=false");
        }
        Optional<String> missing = CudaLibraries.probe().problem().map(finding -> finding.problem());
        if (missing.isPresent()) {
            return told(notice, openCpu(options), noCuda(missing.get()));
        }
        CudaBackend cuda;
        try {
            cuda = new CudaBackend(options.precision(), options.graphs());
        } catch (DeviceUnavailableException | DeviceException failure) {
            return told(notice, openCpu(options), noCuda(failure.getMessage()));
        }
        Optional<String> refusal = wrongResult(cuda);
        if (refusal.isPresent()) {
            try {
                cuda.close();
            } catch (DeviceException failure) {
                return told(notice, openCpu(options), noCuda(refusal.get() + "; " + failure.getMessage()));
            }
            return told(notice, openCpu(options), noCuda(refusal.get()));
        }
        return told(notice, cuda, "it is there and computes right");
    }

    /** What a backend gets wrong or fails in, in a line. */
    static Optional<String> wrongResult(Backend backend) {
        try {
            for (SelfCheck check : QUICK_CHECKS) {
                Optional<String> difference = check.run(backend);
                if (difference.isPresent()) {
                    return Optional.of("the GPU gets " + check.title() + " wrong: " + difference.get());
                }
            }
            return Optional.empty();
        } catch (DeviceException failure) {
            return Optional.of(failure.getMessage());
        }
    }

    private static String noCuda(String cause) {
        String whole = cause.startsWith(UNAVAILABLE) ? cause : UNAVAILABLE + cause;
        return whole + " (the command doctor tells more)";
    }

    private static Backend openCpu(BackendOptions options) {
        return options.threads() == 0
                ? new CpuBackend(options.precision())
                : new CpuBackend(options.threads(), options.precision());
    }

    private static Backend told(Consumer<String> notice, Backend backend, String reason) {
        notice.accept("device: " + backend.describe() + "; " + reason);
        return backend;
    }
}
