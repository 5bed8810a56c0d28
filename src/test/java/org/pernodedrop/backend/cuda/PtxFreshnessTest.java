package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PTX in the source tree is what the CUDA sources compile to. */
class PtxFreshnessTest {
    private static final Pattern VERSION = Pattern.compile("V(\\d+\\.\\d+\\.\\d+)");

    /** Another version of nvcc may write other PTX from the same sources, so only that which wrote the PTX can be asked. */
    @Test
    void compilingAnewChangesNothing(@TempDir Path folder) throws IOException, InterruptedException {
        String compiler = output(skipUnlessThere("nvcc"), "--version");
        String wanted = version(new String(PtxModule.VECTOR.ptx(), StandardCharsets.US_ASCII));
        if (!version(compiler).equals(wanted)) {
            skip("nvcc " + wanted + " compiled the PTX, the one on the PATH is " + version(compiler));
        }
        String messages = output("cuda/build-ptx.sh", folder.toString());
        for (PtxModule module : PtxModule.values()) {
            Path built = folder.resolve(module.fileName() + ".ptx");
            assertTrue(Files.exists(built), built.getFileName() + " was not built: " + messages);
            byte[] committed = module.ptx();
            assertArrayEquals(
                    Files.readAllBytes(built),
                    Arrays.copyOf(committed, committed.length - 1),
                    "cuda/" + module.fileName()
                            + ".cu or what it includes has changed: run cuda/build-ptx.sh and commit its PTX");
            assertEquals(wanted, version(new String(committed, StandardCharsets.US_ASCII)));
        }
    }

    private static String skipUnlessThere(String program) {
        for (String folder : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return program;
            }
        }
        return skip(program + " is not on the PATH");
    }

    private static String skip(String reason) {
        String message = "SKIPPED: whether the PTX is that of the CUDA sources is not checked; " + reason;
        System.err.println(message);
        return Assumptions.abort(message);
    }

    private static String version(String text) {
        Matcher matcher = VERSION.matcher(text);
        assertTrue(matcher.find(), "no version in " + text.lines().limit(8).toList());
        return matcher.group(1);
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), Arrays.toString(command) + ": " + output);
        return output;
    }
}
