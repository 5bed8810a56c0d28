package org.pernodedrop.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.CaptureLock;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.PinnedMemory;
import org.pernodedrop.io.Closer;

/**
 * The PTX modules on the GPU. The driver compiles each when one of its kernels is first needed, which takes up to seconds;
 * it keeps the result on disk for the next process.
 */
public final class KernelModules implements AutoCloseable {
    /** Dynamic shared memory that a kernel may take without opting in. */
    private static final int DEFAULT_SHARED_BYTES = 48 << 10;

    private static final int LOG_BYTES = 8 << 10;
    private static final int LOG_ADDRESS = 8;

    private final Map<PtxModule, CUmodule> modules = new EnumMap<>(PtxModule.class);
    private final Map<String, Kernel> kernels = new HashMap<>();

    /** A kernel, not yet loaded. */
    public Kernel kernel(PtxModule module, String name) {
        return kernel(module.kernel(name));
    }

    /** A kernel, loaded when it is first launched; the same one every time. */
    public Kernel kernel(KernelSignature signature) {
        return kernels.computeIfAbsent(signature.name(), name -> new Kernel(this, signature));
    }

    CUfunction load(KernelSignature kernel) {
        CUmodule loaded = modules.computeIfAbsent(kernel.module(), KernelModules::load);
        CUfunction function = new CUfunction();
        CudaCalls.check(
                () -> JCudaDriver.cuModuleGetFunction(function, loaded, kernel.name()),
                "finding the kernel " + kernel.name());
        if (kernel.sharedBytes() > DEFAULT_SHARED_BYTES) {
            CudaCalls.check(
                    () -> JCudaDriver.cuFuncSetAttribute(
                            function,
                            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                            kernel.sharedBytes()),
                    "allowing the kernel " + kernel.name() + " " + kernel.sharedBytes() + " bytes of shared memory");
        }
        return function;
    }

    /** Compiles a module in the current context; the caller unloads it. */
    static CUmodule load(PtxModule module) {
        byte[] ptx = module.ptx();
        // A direct buffer: a Java array would be pinned while the driver compiles, and block garbage collection.
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
                .forEach(module -> closer.add(() -> CaptureLock.exclusive(
                        () -> CudaCalls.check(() -> JCudaDriver.cuModuleUnload(module), "unloading kernels"))));
        modules.clear();
        closer.close();
    }
}
