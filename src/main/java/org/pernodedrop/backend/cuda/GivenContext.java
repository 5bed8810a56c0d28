package org.pernodedrop.backend.cuda;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.DeviceUnavailableException;

/** The context that was current on the thread that opened this; it stays its owner's. */
final class GivenContext {
    private final CUcontext context;
    private final CUdevice device = new CUdevice();
    private final DeviceFacts facts;

    /**
     * @throws IllegalStateException if the thread has no current context
     * @throws DeviceUnavailableException if the kernels don't run on its GPU
     */
    GivenContext() {
        context = current();
        if (context.equals(new CUcontext())) {
            throw new IllegalStateException(
                    "the thread must have a current CUDA context, whose GPU is then used; make it current by"
                            + " cuCtxSetCurrent, or by any call of CUDA's runtime");
        }
        CudaCalls.check(() -> JCudaDriver.cuCtxGetDevice(device), "asking for the context's GPU");
        facts = CudaContext.facts(device);
        if (facts.refusal() != null) {
            throw new DeviceUnavailableException("the kernels cannot run: " + facts.refusal(), null);
        }
    }

    private static CUcontext current() {
        CUcontext current = new CUcontext();
        int code = CudaCalls.code(() -> JCudaDriver.cuCtxGetCurrent(current));
        // Where nobody has started CUDA, there is no context either.
        if (code != CUresult.CUDA_ERROR_NOT_INITIALIZED) {
            CudaCalls.check(code, "asking for the current context");
        }
        return current;
    }

    DeviceFacts facts() {
        return facts;
    }

    /** Refuses a thread whose current context is another one. */
    void enter() {
        if (!context.equals(current())) {
            throw new IllegalStateException("the thread's current CUDA context must be the one that the kernels were"
                    + " opened in; make it current by cuCtxSetCurrent");
        }
    }

    /** Refuses a stream of another context. */
    void requireOwn(CUstream stream) {
        CUcontext of = new CUcontext();
        CudaCalls.check(() -> JCudaDriver.cuStreamGetCtx(stream, of), "asking for the stream's context");
        if (!context.equals(of)) {
            throw new IllegalArgumentException("stream must be one of the context that the kernels were opened in");
        }
    }

    /** Refuses memory that is not this GPU's, or too small. */
    void requireMemory(String name, long address, long bytes) {
        GivenMemory memory = GivenMemory.at(address);
        if (memory == null) {
            throw new IllegalArgumentException(
                    name + " must lie in the GPU's memory; copy it there: " + name + "=0x" + Long.toHexString(address));
        }
        if (!memory.isOn(device)) {
            throw new IllegalArgumentException(name + " must lie in the memory of the GPU that the kernels were opened"
                    + " on, " + facts.name() + ": " + name + "=0x" + Long.toHexString(address) + ", its GPU's number="
                    + memory.ordinal());
        }
        long room = memory.end() - address;
        if (bytes > room) {
            throw new IllegalArgumentException(name + " is too small: from 0x" + Long.toHexString(address) + " on there"
                    + " are " + room + " bytes, needed=" + bytes);
        }
    }
}
