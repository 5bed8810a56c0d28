package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.driver.CudaTestLibraries;

/** The PTX and kernels.json in the source tree are what the CUDA sources compile to. */
class PtxFreshnessTest {
    private static final Path SCRIPT = Path.of("cuda", "build-ptx.sh");
    private static final Path RESOURCES = Path.of("src/main/resources/org/pernodedrop/kernels/cuda");
    private static final Pattern VERSION = Pattern.compile("V(\\d+\\.\\d+\\.\\d+)");

    private record Result(int status, String output) {}

    /** Another nvcc may write other PTX from the same sources: only the version that wrote the PTX can be asked. */
    @Test
    @Tag("thorough")
    void compilingAnewChangesNothing(@TempDir Path folder) throws IOException, InterruptedException {
        skipUnlessOnPath("nvcc");
        String compiler = version(run(new ProcessBuilder("nvcc", "--version")).output());
        for (PtxModule module : PtxModule.values()) {
            String wanted = version(new String(module.ptx(), StandardCharsets.US_ASCII));
            if (!compiler.equals(wanted)) {
                skip("nvcc " + wanted + " compiled " + module.fileName() + ", the one on the PATH is " + compiler);
            }
        }
        Result build = run(new ProcessBuilder(SCRIPT.toString(), folder.toString()));
        assertEquals(0, build.status(), build.output());
        List<String> stale = new ArrayList<>();
        for (PtxModule module : PtxModule.values()) {
            byte[] built = Files.readAllBytes(folder.resolve(module.fileName() + ".ptx"));
            if (!Arrays.equals(Arrays.copyOf(built, built.length + 1), module.ptx())) {
                stale.add(module.fileName());
            }
        }
        if (Files.mismatch(folder.resolve("kernels.json"), RESOURCES.resolve("kernels.json")) >= 0) {
            stale.add("kernels.json");
        }
        assertEquals(List.of(), stale, "modules whose sources have changed: run " + SCRIPT + " and commit the PTX");
    }

    @Test
    void withoutCompilerTheScriptSaysWhatIsMissing(@TempDir Path folder) throws IOException, InterruptedException {
        skipUnlessOnPath("bash");
        Path ptx = Files.writeString(folder.resolve("vector.ptx"), "as it was");
        ProcessBuilder script = new ProcessBuilder("/bin/bash", SCRIPT.toString(), folder.toString());
        script.environment().put("PATH", folder.toString());
        Result build = run(script);
        assertEquals(1, build.status(), build.output());
        assertTrue(build.output().startsWith("build-ptx.sh: nvcc is not on the PATH; install"), build.output());
        assertEquals("as it was", Files.readString(ptx));
    }

    private static void skipUnlessOnPath(String program) {
        if (Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .noneMatch(folder -> Files.isExecutable(Path.of(folder, program)))) {
            skip(program + " is not on the PATH");
        }
    }

    private static void skip(String reason) {
        CudaTestLibraries.skip("SKIPPED: whether the PTX is that of the CUDA sources is not checked; " + reason);
    }

    private static String version(String text) {
        Matcher matcher = VERSION.matcher(text);
        assertTrue(
                matcher.find(), "no version of nvcc in " + text.lines().limit(8).toList());
        return matcher.group(1);
    }

    private static Result run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
