package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.ForkedJava;
import org.pernodedrop.backend.SelfCheck;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.backend.cuda.SimulatedDevice.Call;
import org.pernodedrop.driver.CudaTestLibraries;

/** With a device, and with one library after another missing. */
@Tag("thorough")
class DoctorCommandIT {
    @TempDir
    private Path folder;

    @BeforeEach
    void needsADevice() {
        CudaTestLibraries.require();
    }

    @Test
    void everythingWorksOnTheDevice() throws IOException {
        Program program = Program.runLine("doctor --json");
        assertEquals(Main.OK, program.code(), program.out() + program.err());
        JsonNode document = program.json();
        assertTrue(document.get("cuda").asBoolean());
        assertEquals(
                CudaTestLibraries.onGpu() ? "cuda" : "cpu", document.get("auto").asText());
        List<String> subjects = new ArrayList<>();
        for (JsonNode finding : document.get("findings")) {
            String subject = finding.get("subject").asText();
            subjects.add(subject);
            // A GPU may come without cuRAND.
            boolean optional = CudaTestLibraries.onGpu() && subject.equals("libcurand.so.10");
            assertTrue(finding.get("verdict").asText().equals("ok") || optional, finding.toString());
        }
        assertTrue(subjects.containsAll(List.of("JCuda natives", "driver", "GPU", "kernels (PTX)", "device cuda")));
        for (SelfCheck check : SelfCheck.values()) {
            assertTrue(subjects.contains("cuda: " + check.title()), subjects.toString());
        }
    }

    @Test
    void theTableEndsWithWhatWorks() {
        List<String> lines = Program.runLine("doctor").out().lines().toList();
        assertEquals(
                CudaTestLibraries.onGpu()
                        ? "--device cuda works; --device auto takes it."
                        : "--device cuda works; --device auto takes the CPU, by -Dpernodedrop.cuda.auto=false.",
                lines.get(lines.size() - 1));
    }

    @ParameterizedTest
    @EnumSource(names = {"ALLOCATION", "COPY", "LAUNCH", "MODULE_LOAD", "SYNCHRONISATION", "LIBRARY_HANDLE"})
    void failuresOfTheDeviceAreFindings(Call call) {
        SimulatedDevice device = CudaDeviceUnderTest.requireSimulated();
        device.fail(call, 1);
        Program program = Program.runLine("doctor");
        assertFalse(device.failurePending(call), "nothing failed");
        assertEquals(Main.FAILURE, program.code(), program.out());
        assertTrue(program.out().matches("(?s).* problem\n    cause:  [^\n]+\n    remedy: [^\n]+\n.*"), program.out());
        assertTrue(program.out().endsWith("--device cuda does not work here; --device cpu does.\n"), program.out());
        assertEquals(Main.OK, Program.runLine("doctor").code(), "the failure is still felt");
    }

    @ParameterizedTest
    @CsvSource({"libcuda.so.1, libcublas.so.12", "libcublas.so.12, libcuda.so.1"})
    void aMissingLibraryIsTold(String missing, String other) throws IOException {
        ForkedJava doctor = doctorWithout(missing);
        assertProblem(doctor, missing + " is not in the folders of pernodedrop.cuda.libraries, the only ones searched");
        assertTrue(line(doctor, other).contains("ok"), doctor.out());
    }

    @Test
    void withoutCurandEverythingWorks() throws IOException {
        ForkedJava doctor = doctorWithout("libcurand.so.10");
        assertEquals(Main.OK, doctor.code(), doctor.out() + doctor.err());
        assertTrue(line(doctor, "libcurand.so.10").contains("note"), doctor.out());
        assertTrue(line(doctor, "cuda: cuRAND's stream").contains("right"), doctor.out());
    }

    @Test
    void aDamagedLibraryIsTold() throws IOException {
        copySimulated("libcuda.so.1", "libcurand.so.10");
        Files.writeString(folder.resolve("libcublas.so.12"), "");
        ForkedJava doctor = doctor(folder.toString());
        assertProblem(doctor, "the file is damaged, cut off or no library");
        assertTrue(line(doctor, "libcublas.so.12").contains(folder.toString()), doctor.out());
    }

    @Test
    void aLibraryOfAnotherVersionUnderAFalseNameIsTold() throws IOException {
        copySimulated("libcuda.so.1", "libcurand.so.10");
        Files.copy(CudaTestLibraries.simulatedCuda13().resolve("libcublas.so.13"), folder.resolve("libcublas.so.12"));
        ForkedJava doctor = doctor(folder.toString());
        assertEquals(Main.FAILURE, doctor.code(), doctor.err());
        assertTrue(line(doctor, "libcublas.so.12").contains("problem"), doctor.out());
    }

    @Test
    void cudaThirteenServesByTheForwardingLibrary() throws IOException {
        copySimulated("libcuda.so.1", "libcurand.so.10");
        ForkedJava doctor = doctor(folder + File.pathSeparator + CudaTestLibraries.simulatedCuda13());
        assertEquals(Main.OK, doctor.code(), doctor.out() + doctor.err());
        assertTrue(
                line(doctor, "libcublas.so.13").contains("ok       13.0.0, " + CudaTestLibraries.simulatedCuda13()),
                doctor.out());
        assertTrue(line(doctor, "libcublas-forwarding.so").contains("ok"), doctor.out());
        assertTrue(line(doctor, "device cuda").contains("cuBLAS 13.0.0"), doctor.out());
        assertTrue(line(doctor, "cuda: a matrix product").contains("right"), doctor.out());
    }

    @Test
    void cudaThirteenWithoutTheForwardingLibraryIsTold() throws IOException {
        copySimulated("libcuda.so.1", "libcurand.so.10");
        copy(CudaTestLibraries.simulatedCuda13(), "libcublas.so.13");
        ForkedJava doctor = doctor(folder.toString());
        assertProblem(
                doctor,
                "only cuBLAS of CUDA 13 is there (" + folder.resolve("libcublas.so.13")
                        + "); JCuda calls it by the names"
                        + " of CUDA 12, and libcublas-forwarding.so, which knows both, was not found");
    }

    private ForkedJava doctorWithout(String library) throws IOException {
        copySimulated(CudaTestLibraries.FILES.stream()
                .filter(name -> !name.equals(library))
                .toArray(String[]::new));
        return doctor(folder.toString());
    }

    private void copySimulated(String... names) throws IOException {
        CudaDeviceUnderTest.requireSimulated();
        copy(CudaTestLibraries.simulated(), names);
    }

    private void copy(Path from, String... names) throws IOException {
        for (String name : names) {
            Files.copy(from.resolve(name), folder.resolve(name));
        }
    }

    private static ForkedJava doctor(String folders) {
        return ForkedJava.run(
                List.of("-Dpernodedrop.cuda.search=given", "-Dpernodedrop.cuda.libraries=" + folders),
                Map.of(),
                Main.class,
                "doctor");
    }

    private static void assertProblem(ForkedJava doctor, String cause) {
        assertEquals(Main.FAILURE, doctor.code(), doctor.err());
        assertTrue(doctor.out().contains("\n    cause:  " + cause + "\n    remedy: "), doctor.out());
        assertTrue(doctor.out().endsWith("--device cuda does not work here; --device cpu does.\n"), doctor.out());
    }

    private static String line(ForkedJava doctor, String subject) {
        return doctor.out()
                .lines()
                .filter(line -> line.startsWith(subject + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(subject + " is not in: " + doctor.out() + doctor.err()));
    }
}
