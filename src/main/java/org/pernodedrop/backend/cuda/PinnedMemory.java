package org.pernodedrop.backend.cuda;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Page-locked memory of the host, which the GPU copies from and to while the host goes on. */
final class PinnedMemory extends Pointer implements AutoCloseable {
    private final ByteBuffer all;
    private boolean closed;

    /** @param purpose names it in errors */
    PinnedMemory(long bytes, String purpose) {
        int code = CudaCalls.code(() -> JCudaDriver.cuMemHostAlloc(this, bytes, 0));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new OutOfDeviceMemoryException(
                    "no page-locked memory of the host could be had for " + purpose + ": asked for=" + Bytes.of(bytes)
                            + "; use a smaller --batch-size, end other programs, or raise the limit on locked memory",
                    null);
        }
        CudaCalls.check(code, "allocating page-locked memory for " + purpose);
        all = getByteBuffer();
    }

    /** Where it begins, as the GPU's driver reads it. */
    long address() {
        return getNativePointer();
    }

    /** A window into it, in the machine's byte order. */
    ByteBuffer window(int offset, int length) {
        return all.slice(offset, length).order(all.order());
    }

    /** Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Captures.alone(
                    () -> CudaCalls.check(() -> JCudaDriver.cuMemFreeHost(this), "giving back page-locked memory"));
        }
    }
}
