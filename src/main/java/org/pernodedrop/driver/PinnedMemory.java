package org.pernodedrop.driver;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Page-locked memory of the host: the GPU copies from and to it while the host goes on. */
public final class PinnedMemory extends Pointer implements AutoCloseable {
    private final ByteBuffer all;
    private boolean closed;

    /**
     * @param purpose what it is for, in errors
     * @throws OutOfDeviceMemoryException if the host has too little memory that can be locked
     */
    public PinnedMemory(long bytes, String purpose) {
        int code = CudaCalls.code(() -> JCudaDriver.cuMemHostAlloc(this, bytes, 0));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(
                    "no page-locked memory of the host could be had for " + purpose + ": asked for=" + Bytes.of(bytes)
                            + "; use a smaller batch, end other programs, or raise the limit on locked memory",
                    null);
        }
        CudaCalls.check(code, "allocating page-locked memory for " + purpose);
        all = getByteBuffer();
    }

    /** Where it begins, as the driver reads it. */
    public long address() {
        return getNativePointer();
    }

    /** A window into it, in the machine's byte order. */
    public ByteBuffer window(int offset, int length) {
        return all.slice(offset, length).order(all.order());
    }

    /** Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            CaptureLock.exclusive(
                    () -> CudaCalls.check(() -> JCudaDriver.cuMemFreeHost(this), "giving back page-locked memory"));
        }
    }
}
