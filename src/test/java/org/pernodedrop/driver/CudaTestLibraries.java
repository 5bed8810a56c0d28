package org.pernodedrop.driver;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The CUDA libraries that integration tests run on: those of the simulated device, which the native tests build, or with
 * {@code -Dpernodedrop.test.gpu=true} those of this machine.
 */
public final class CudaTestLibraries {
    private static final String NATIVE_TESTS = "pernodedrop.test.native";

    /** The libraries of the simulated device. */
    public static final List<String> FILES = List.of("libcuda.so.1", "libcublas.so.12", "libcurand.so.10");

    private CudaTestLibraries() {}

    /** Whether tests run on a real GPU, as asked for. */
    public static boolean onGpu() {
        return Boolean.getBoolean("pernodedrop.test.gpu");
    }

    /** Keeps tests that take the best device from the simulated one, which is slow. */
    private static void leaveToThoseWhoAsk() {
        if (System.getProperty(SearchSettings.AUTO) == null) {
            System.setProperty(SearchSettings.AUTO, "false");
        }
    }

    /** The folder of the simulated device. */
    public static Path simulated() {
        return Path.of(System.getProperty("pernodedrop.cuda.libraries", "").split(File.pathSeparator)[0]);
    }

    /** The folder of cuBLAS of CUDA 13 for it, and of the library that lends that the names of CUDA 12. */
    public static Path simulatedCuda13() {
        return simulated().resolveSibling("simulated-cuda13");
    }

    /**
     * Skips the test, saying so, where the simulated device was not built; fails it there with {@code
     * -Dnative.tests=required}. On a GPU it passes.
     */
    public static void require() {
        if (onGpu()) {
            return;
        }
        leaveToThoseWhoAsk();
        String reason = missing();
        if (reason == null) {
            return;
        }
        if (System.getProperty(NATIVE_TESTS, "auto").equals("required")) {
            Assertions.fail("native tests are required, but " + reason);
        }
        skip("SKIPPED: nothing was run on the simulated CUDA device; " + reason);
    }

    /** Skips the test, saying so on the console as well. */
    public static <T> T skip(String message) {
        System.err.println(message);
        return Assumptions.abort(message);
    }

    /** Skips a test on a GPU, saying so: it needs the simulated device. */
    public static <T> T skipOnGpu() {
        return skip("SKIPPED on a GPU: this needs the simulated device");
    }

    private static String missing() {
        SearchSettings settings = SearchSettings.ofThisMachine();
        if (!"linux-x86_64".equals(settings.platform())) {
            return "it is made for Linux on x86-64, this is " + settings.machine();
        }
        if (System.getProperty(NATIVE_TESTS, "auto").equals("off")) {
            return "native tests are left out, as asked for (native.tests=off)";
        }
        for (String file : FILES) {
            if (!Files.isRegularFile(simulated().resolve(file))) {
                return "the native tests built no " + simulated().resolve(file) + "; what they lacked stands above";
            }
        }
        return null;
    }
}
