package org.pernodedrop.driver;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.io.Closer;

/**
 * The primary context of the first GPU, shared with other users of CUDA in the process and retained until it is closed;
 * CUDA_VISIBLE_DEVICES says which GPU is the first.
 */
public final class CudaContext implements AutoCloseable {
    private final CUdevice device = new CUdevice();
    private final DeviceProperties properties;
    private final CUcontext context = new CUcontext();
    private boolean closed;

    /** @throws DeviceUnavailableException if there is no GPU, or none that the kernels run on */
    public CudaContext() {
        CudaCalls.require(() -> JCudaDriver.cuInit(0), "starting CUDA");
        if (DeviceProperties.count() == 0) {
            CudaCalls.require(() -> CUresult.CUDA_ERROR_NO_DEVICE, "counting GPUs");
        }
        CudaCalls.require(() -> JCudaDriver.cuDeviceGet(device, 0), "choosing the first GPU");
        properties = DeviceProperties.of(device);
        String refusal = properties.refusal();
        if (refusal != null) {
            throw new DeviceUnavailableException("device cuda cannot be had: " + refusal, null);
        }
        CudaCalls.require(() -> JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "making a context on the GPU");
        try {
            enter();
        } catch (RuntimeException | Error e) {
            CudaCalls.code(() -> JCudaDriver.cuDevicePrimaryCtxRelease(device));
            throw e;
        }
    }

    /** The GPU. */
    public DeviceProperties properties() {
        return properties;
    }

    /** Makes the context the calling thread's current one; another user of CUDA may have set its own. */
    public void enter() {
        CudaCalls.check(() -> JCudaDriver.cuCtxSetCurrent(context), "entering the GPU's context");
    }

    /** Releases the context; closing twice does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Closer closer = new Closer()) {
            closer.add(() -> CudaCalls.check(
                    () -> JCudaDriver.cuDevicePrimaryCtxRelease(device), "giving back the GPU's context"));
            // The driver leaves the context current on the thread even if it was destroyed.
            closer.add(() ->
                    CudaCalls.check(() -> JCudaDriver.cuCtxSetCurrent(new CUcontext()), "leaving the GPU's context"));
        }
    }
}
