package org.pernodedrop.backend.cuda;

import java.nio.ByteBuffer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.CudaEvent;
import org.pernodedrop.driver.CudaStream;
import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.driver.PinnedMemory;
import org.pernodedrop.io.Closer;

/**
 * Copies between Java's arrays and the GPU through two halves of page-locked memory: one is filled or read while the other is
 * copied. An upload has been staged when its call returns, so the array may be overwritten.
 */
final class StagingBuffer implements AutoCloseable {
    /** Bytes of a half. Short uploads share one, so they wait only after a half has been filled. */
    static final int HALF_BYTES = 4 << 20;

    private static final int HALVES = 2;

    /** Moves elements between an array and a window of page-locked memory. */
    interface Move {
        /** @param first offset of the window in the whole transfer, in bytes */
        void move(ByteBuffer window, long first);
    }

    private final CudaStream stream;
    private final PinnedMemory memory;
    private final CudaEvent[] done = new CudaEvent[HALVES];
    private final Closer closer = new Closer();
    private int half;
    private int filled;

    StagingBuffer(CudaStream stream) {
        this.stream = stream;
        try {
            memory = closer.own(new PinnedMemory((long) HALVES * HALF_BYTES, "uploads"), PinnedMemory::close);
            for (int k = 0; k < HALVES; k++) {
                done[k] = closer.own(new CudaEvent(), CudaEvent::close);
            }
        } catch (RuntimeException | Error failure) {
            closer.closeAfter(failure);
            throw failure;
        }
    }

    /** Copies a buffer's length of an array to the GPU. */
    void upload(float[] from, int offset, CudaFloats to) {
        upload(to.address, to.bytes(), (window, first) -> window.asFloatBuffer()
                .put(from, offset + (int) (first / Float.BYTES), window.remaining() / Float.BYTES));
    }

    /** Copies a buffer's length of an array to the GPU. */
    void upload(int[] from, int offset, CudaInts to) {
        upload(to.address, to.bytes(), (window, first) -> window.asIntBuffer()
                .put(from, offset + (int) (first / Integer.BYTES), window.remaining() / Integer.BYTES));
    }

    /** Copies a buffer from the GPU into an array; waits for it. */
    void download(CudaFloats from, float[] to, int offset) {
        download(from.address, from.bytes(), (window, first) -> window.asFloatBuffer()
                .get(to, offset + (int) (first / Float.BYTES), window.remaining() / Float.BYTES));
    }

    /** Copies to the GPU; does not wait for it unless both halves are full. */
    private void upload(long to, long bytes, Move fill) {
        for (long first = 0; first < bytes; ) {
            if (filled == HALF_BYTES) {
                switchHalf();
            }
            int count = (int) Math.min(HALF_BYTES - filled, bytes - first);
            int at = half * HALF_BYTES + filled;
            fill.move(memory.window(at, count), first);
            CUdeviceptr target = DriverMemory.pointer(to + first);
            CudaCalls.check(
                    () -> JCudaDriver.cuMemcpyHtoDAsync(target, memory.withByteOffset(at), count, stream.handle),
                    "uploading to the GPU");
            filled += count;
            first += count;
        }
    }

    private void switchHalf() {
        done[half].record(stream);
        half = (half + 1) % HALVES;
        filled = 0;
        done[half].await("waiting for an upload");
    }

    /** Copies from the GPU; waits for it. */
    void download(long from, long bytes, Move drain) {
        // Stream order puts these copies after those of earlier uploads from the same halves.
        long chunks = (bytes + HALF_BYTES - 1) / HALF_BYTES;
        for (long chunk = 0; chunk <= chunks; chunk++) {
            if (chunk < chunks) {
                fetch(from, bytes, chunk);
            }
            if (chunk > 0) {
                long first = (chunk - 1) * HALF_BYTES;
                int part = (int) ((chunk - 1) % HALVES);
                done[part].await("waiting for a download");
                int count = (int) Math.min(HALF_BYTES, bytes - first);
                drain.move(memory.window(part * HALF_BYTES, count), first);
            }
        }
        filled = 0;
    }

    private void fetch(long from, long bytes, long chunk) {
        long first = chunk * HALF_BYTES;
        int part = (int) (chunk % HALVES);
        CudaCalls.check(
                () -> JCudaDriver.cuMemcpyDtoHAsync(
                        memory.withByteOffset((long) part * HALF_BYTES),
                        DriverMemory.pointer(from + first),
                        Math.min(HALF_BYTES, bytes - first),
                        stream.handle),
                "downloading from the GPU");
        done[part].record(stream);
    }

    /** All transfers must be done. */
    @Override
    public void close() {
        closer.close();
    }
}
