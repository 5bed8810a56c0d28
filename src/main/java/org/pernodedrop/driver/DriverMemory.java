package org.pernodedrop.driver;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The memory of the current context's GPU, by the driver's own calls. */
public final class DriverMemory implements DeviceMemory {
    private final CudaStream stream;
    private final long total;

    /**
     * @param stream what uses the memory is enqueued there
     * @param total bytes that the GPU has
     */
    public DriverMemory(CudaStream stream, long total) {
        this.stream = stream;
        this.total = total;
    }

    /** An address as JCuda takes it. */
    public static CUdeviceptr pointer(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }

    /** Bytes of the current context's GPU that any program could still allocate. */
    public static long free() {
        long[] free = new long[1];
        CudaCalls.check(() -> JCudaDriver.cuMemGetInfo(free, new long[1]), "asking for the GPU's free memory");
        return free[0];
    }

    @Override
    public long allocate(long bytes) {
        Allocated allocated = new Allocated();
        int code = CudaCalls.code(() -> JCudaDriver.cuMemAlloc(allocated, bytes));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            return 0;
        }
        CudaCalls.check(code, "allocating " + Bytes.of(bytes) + " on the GPU");
        return allocated.address();
    }

    @Override
    public void free(long address) {
        CaptureLock.exclusive(
                () -> CudaCalls.check(() -> JCudaDriver.cuMemFree(pointer(address)), "giving back memory of the GPU"));
    }

    @Override
    public void await() {
        stream.await("waiting for the GPU, to make room");
    }

    @Override
    public long available() {
        return free();
    }

    @Override
    public long total() {
        return total;
    }

    /** Shows the address that JCuda keeps to its own classes. */
    private static final class Allocated extends CUdeviceptr {
        long address() {
            return getNativePointer();
        }
    }
}
