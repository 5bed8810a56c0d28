package org.pernodedrop.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Assumptions;

/** NVIDIA's compiler from PTX to machine code, out of JCuda's natives: it needs no GPU and no CUDA. */
final class PtxCompiler {
    private static final String LIBRARY = "/lib/libJNvPTXCompiler-12.6.0-linux-x86_64.so";

    /**
     * A module in machine code.
     *
     * @param kernels what each kernel takes of a multiprocessor
     * @param cubin the ELF file with the code
     */
    record Module(Map<String, KernelResources> kernels, byte[] cubin) {}

    private PtxCompiler() {}

    /** Skips the test on platforms for which there is no compiler, with a message that says so. */
    static void assumePresent() {
        boolean present = PtxCompiler.class.getResource(LIBRARY) != null;
        if (!present) {
            System.err.println(
                    "SKIPPED: the kernels' registers, spills and instructions are not checked, as JCuda has a PTX "
                            + "compiler for Linux on x86-64 alone; this is " + System.getProperty("os.name") + " on "
                            + System.getProperty("os.arch"));
        }
        Assumptions.assumeTrue(present, "no PTX compiler for this platform");
        Loader.load();
    }

    /**
     * Compiles a module for an architecture such as {@code sm_90}.
     *
     * @param ptx text with a zero byte at the end
     */
    static Module compile(String name, byte[] ptx, String architecture) {
        Loader.load();
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        check(JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx), name, "");
        try {
            String[] options = {"--gpu-name=" + architecture, "--verbose"};
            int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            long[] size = {0};
            JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
            byte[] errors = new byte[(int) size[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, errors);
            check(status, name, text(errors));
            JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
            byte[] log = new byte[(int) size[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
            JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
            byte[] cubin = new byte[(int) size[0]];
            JNvPTXCompiler.nvPTXCompilerGetCompiledProgram(compiler, cubin);
            return new Module(KernelResources.parse(text(log)), cubin);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    /** Every module of the catalogue for an architecture, compiled on all cores. */
    static Map<PtxModule, Module> compileAll(String architecture) {
        Map<PtxModule, Module> modules = new LinkedHashMap<>();
        Arrays.stream(PtxModule.values())
                .parallel()
                .map(module -> Map.entry(module, compile(module.fileName(), module.ptx(), architecture)))
                .sequential()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> modules.put(entry.getKey(), entry.getValue()));
        return modules;
    }

    private static void check(int status, String name, String errors) {
        if (status != 0) {
            throw new IllegalStateException(
                    name + ".ptx does not compile (nvPTXCompileResult " + status + "): " + errors);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII).replace("\0", "").strip();
    }

    /**
     * JCuda unpacks its library to a fixed name in the temporary folder and never replaces what lies there, be it half a file
     * of a run that was killed; so the library is unpacked to a folder of its own.
     */
    private static final class Loader {
        private static final String TEMPORARY = "java.io.tmpdir";

        static {
            String before = System.getProperty(TEMPORARY);
            try {
                Path own = Files.createTempDirectory("ptx-compiler");
                System.setProperty(TEMPORARY, own.toString());
                JNvPTXCompiler.setExceptionsEnabled(false);
                // Loaded by now, so that the file may go: Linux keeps what is mapped.
                try (var files = Files.list(own)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(own);
            } catch (IOException e) {
                throw new UncheckedIOException("Could not unpack JCuda's PTX compiler", e);
            } finally {
                System.setProperty(TEMPORARY, before);
            }
        }

        private static void load() {
            // The class initializer loads.
        }
    }
}
