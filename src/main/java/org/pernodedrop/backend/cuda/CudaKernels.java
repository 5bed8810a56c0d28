package org.pernodedrop.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.cuda.KernelSignature;
import org.pernodedrop.kernels.cuda.PtxModule;

/**
 * The PTX modules on the GPU. Each is compiled by the driver when one of its kernels is first needed, which takes up to
 * seconds; the driver keeps what it compiled on disk for the next process.
 */
final class CudaKernels implements AutoCloseable {
    /** What a function may take without being allowed to. */
    private static final int FREE_SHARED_BYTES = 48 << 10;

    private static final int LOG_BYTES = 8 << 10;
    private static final int LOG_ADDRESS = 8;

    private final Map<PtxModule, CUmodule> modules = new EnumMap<>(PtxModule.class);

    /** A kernel, not yet loaded. */
    Kernel kernel(PtxModule module, String name) {
        return kernel(module.kernel(name));
    }

    Kernel kernel(KernelSignature signature) {
        return new Kernel(this, signature);
    }

    CUfunction load(PtxModule module, KernelSignature kernel) {
        CUmodule loaded = modules.computeIfAbsent(module, CudaKernels::load);
        CUfunction function = new CUfunction();
        CudaCalls.check(
                () -> JCudaDriver.cuModuleGetFunction(function, loaded, kernel.name()),
                "finding the kernel " + kernel.name());
        if (kernel.sharedBytes() > FREE_SHARED_BYTES) {
            CudaCalls.check(
                    () -> JCudaDriver.cuFuncSetAttribute(
                            function,
                            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                            kernel.sharedBytes()),
                    "allowing the kernel " + kernel.name() + " " + kernel.sharedBytes() + " bytes of shared memory");
        }
        return function;
    }

    /** Compiles a module on the current context; the caller unloads it. */
    static CUmodule load(PtxModule module) {
        byte[] ptx = module.ptx();
        // Not a Java array: while the driver compiles from one, no thread could collect garbage.
        ByteBuffer image = ByteBuffer.allocateDirect(ptx.length).put(ptx).rewind();
        int[] options = {CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
        // The options' values as the driver reads them, an address and a number, and then the log.
        try (PinnedMemory values = new PinnedMemory(2 * LOG_ADDRESS + LOG_BYTES, "the compiler's messages")) {
            ByteBuffer window = values.window(0, 2 * LOG_ADDRESS + LOG_BYTES);
            window.putLong(0, values.address() + 2 * LOG_ADDRESS);
            window.putLong(LOG_ADDRESS, LOG_BYTES);
            window.put(2 * LOG_ADDRESS, (byte) 0);
            CUmodule loaded = new CUmodule();
            int code = CudaCalls.code(
                    () -> JCudaDriver.cuModuleLoadDataEx(loaded, Pointer.to(image), options.length, options, values));
            if (code != CUresult.CUDA_SUCCESS) {
                String log = text(window);
                throw CudaCalls.failure(
                        code,
                        "loading the kernels of " + module.fileName() + ".ptx"
                                + (log.isEmpty() ? "" : " (the driver's compiler says: " + log + ")"));
            }
            return loaded;
        }
    }

    private static String text(ByteBuffer window) {
        byte[] bytes = new byte[LOG_BYTES];
        window.get(2 * LOG_ADDRESS, bytes);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8).strip();
    }

    /** Unloads all. */
    @Override
    public void close() {
        Closer closer = new Closer();
        modules.values()
                .forEach(module -> closer.add(() -> Captures.alone(
                        () -> CudaCalls.check(() -> JCudaDriver.cuModuleUnload(module), "unloading kernels"))));
        modules.clear();
        closer.close();
    }
}
