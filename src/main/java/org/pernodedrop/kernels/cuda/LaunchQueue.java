package org.pernodedrop.kernels.cuda;

import java.util.List;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemorytype;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.CudaStream;

/**
 * The stream that commands are enqueued in: at once, or remembered while a graph is captured. Modules and memory that a
 * command needs are there before it is remembered, so nothing is loaded or allocated during a capture.
 */
public class LaunchQueue {
    private CudaStream stream;
    /** The commands of the graph under capture, in order; null while there is none. */
    private List<Runnable> remembered;

    /** @param stream where commands go */
    public LaunchQueue(CudaStream stream) {
        this.stream = stream;
    }

    /** The stream that commands go to. */
    public final CudaStream stream() {
        return stream;
    }

    /** Enqueues what follows in another stream. */
    final void follow(CudaStream next) {
        stream = next;
    }

    /** Whether commands are remembered for a graph. */
    public final boolean isCapturing() {
        return remembered != null;
    }

    /** Remembers the commands of the operations in a list, instead of enqueuing them. */
    protected final void remember(List<Runnable> into, Runnable operations) {
        remembered = into;
        try {
            operations.run();
        } finally {
            remembered = null;
        }
    }

    /** Enqueues a command, or remembers it. */
    public final void run(Runnable command) {
        if (remembered == null) {
            command.run();
        } else {
            remembered.add(command);
        }
    }

    /** {@code to = from}, {@code bytes} bytes. */
    public final void copy(CUdeviceptr from, CUdeviceptr to, long bytes) {
        run(() -> CudaCalls.check(
                () -> JCudaDriver.cuMemcpyDtoDAsync(to, from, bytes, stream.handle), "copying on the GPU"));
    }

    /** {@code to = from}, {@code rows} rows; a pitch is the bytes from a row to the next. */
    public final void copyRows(
            CUdeviceptr from, long fromPitch, CUdeviceptr to, long toPitch, long rowBytes, long rows) {
        CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
        copy.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        copy.srcDevice = from;
        copy.srcPitch = fromPitch;
        copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        copy.dstDevice = to;
        copy.dstPitch = toPitch;
        copy.WidthInBytes = rowBytes;
        copy.Height = rows;
        run(() -> CudaCalls.check(
                () -> JCudaDriver.cuMemcpy2DAsync(copy, stream.handle), "copying rows of a matrix on the GPU"));
    }

    /** {@code to = word}, {@code words} words of 32 bits. */
    public final void fill(CUdeviceptr to, int word, long words) {
        run(() -> CudaCalls.check(
                () -> JCudaDriver.cuMemsetD32Async(to, word, words, stream.handle), "filling memory of the GPU"));
    }
}
