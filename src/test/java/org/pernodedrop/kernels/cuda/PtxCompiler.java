package org.pernodedrop.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.driver.JCudaNatives;
import org.pernodedrop.kernels.cuda.KernelResources.Multiprocessor;

/** NVIDIA's compiler from PTX to machine code, out of JCuda's natives: it needs no GPU and no CUDA. */
public final class PtxCompiler {
    private static final Map<Multiprocessor, Map<PtxModule, Module>> COMPILED = new EnumMap<>(Multiprocessor.class);

    /**
     * A module in machine code.
     *
     * @param kernels what each kernel takes of a multiprocessor
     * @param cubin the ELF file with the code
     */
    record Module(Map<String, KernelResources> kernels, byte[] cubin) {}

    private PtxCompiler() {}

    /** Skips the test on platforms for which there is no compiler, saying so. */
    public static void requirePresent() {
        String platform = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!platform.equals("Linux on amd64")) {
            CudaTestLibraries.skip("SKIPPED: what kernels take and issue is not checked; JCuda has a PTX compiler for"
                    + " Linux on amd64, this is " + platform);
        }
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

    /** Every module of the catalogue for a multiprocessor, compiled once and on all cores. */
    static synchronized Map<PtxModule, Module> compiled(Multiprocessor multiprocessor) {
        return COMPILED.computeIfAbsent(multiprocessor, key -> Arrays.stream(PtxModule.values())
                .parallel()
                .collect(Collectors.toConcurrentMap(
                        module -> module, module -> compile(module.fileName(), module.ptx(), key.architecture()))));
    }

    /** The instructions of every kernel of the catalogue. */
    static Map<String, List<SassInstruction>> code(Multiprocessor multiprocessor) {
        Map<String, List<SassInstruction>> code = new HashMap<>();
        compiled(multiprocessor).values().forEach(module -> code.putAll(Cubin.read(module.cubin())));
        return code;
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

    private static final class Loader {
        static {
            try (JCudaNatives natives = new JCudaNatives()) {
                natives.load("JNvPTXCompiler", "jcuda.nvptxcompiler.JNvPTXCompiler");
            }
            JNvPTXCompiler.setExceptionsEnabled(false);
        }

        private static void load() {
            // The class initializer loads.
        }
    }
}
