package org.pernodedrop.backend.cuda;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.KernelSignature;
import org.pernodedrop.kernels.cuda.KernelSignature.Kind;

/**
 * Launches kernels: {@code launcher.of(kernel).pointer(x).int32(n).launch(grid)}, with arguments checked against the
 * kernel's parameters.
 *
 * <p>The driver reads arguments through a table of addresses. Argument k of every kernel lies in slot k of the same native
 * memory, so one table serves all launches and none allocates.
 */
final class KernelLauncher implements AutoCloseable {
    static final int MOST_ARGUMENTS = 32;
    private static final int SLOT_BYTES = 8;
    private static final int TABLE = MOST_ARGUMENTS * SLOT_BYTES;

    private final CommandQueue queue;
    private final PinnedMemory memory;
    private final ByteBuffer slots;
    private final Pointer table;
    private Kernel kernel;
    private int count;

    KernelLauncher(CommandQueue queue) {
        this.queue = queue;
        memory = new PinnedMemory(2L * TABLE, "kernels' arguments");
        slots = memory.window(0, 2 * TABLE);
        table = memory.withByteOffset(TABLE);
        for (int k = 0; k < MOST_ARGUMENTS; k++) {
            slots.putLong(TABLE + k * SLOT_BYTES, memory.address() + (long) k * SLOT_BYTES);
        }
    }

    /** Begins a launch. */
    KernelLauncher of(Kernel next) {
        kernel = next;
        count = 0;
        return this;
    }

    private int next(Kind kind) {
        kernel.expect(count, kind);
        return count++ * SLOT_BYTES;
    }

    /** An address, or 0 for none. */
    KernelLauncher pointer(long address) {
        slots.putLong(next(Kind.POINTER), address);
        return this;
    }

    /** Where a buffer begins; null for none. */
    KernelLauncher pointer(CudaBuffer buffer) {
        return pointer(buffer == null ? 0 : buffer.address);
    }

    KernelLauncher int32(int value) {
        slots.putInt(next(Kind.INT), value);
        return this;
    }

    KernelLauncher int64(long value) {
        slots.putLong(next(Kind.LONG), value);
        return this;
    }

    KernelLauncher float32(float value) {
        slots.putFloat(next(Kind.FLOAT), value);
        return this;
    }

    /** Enqueues the launch, in the kernel's own block. */
    void launch(Grid grid) {
        kernel.expectAll(count);
        CUfunction function = kernel.function();
        if (!queue.isRecording()) {
            enqueue(kernel, function, grid);
            return;
        }
        Kernel recorded = kernel;
        long[] arguments = new long[count];
        for (int k = 0; k < arguments.length; k++) {
            arguments[k] = slots.getLong(k * SLOT_BYTES);
        }
        queue.run(() -> {
            for (int k = 0; k < arguments.length; k++) {
                slots.putLong(k * SLOT_BYTES, arguments[k]);
            }
            enqueue(recorded, function, grid);
        });
    }

    private void enqueue(Kernel launched, CUfunction function, Grid grid) {
        KernelSignature signature = launched.signature;
        int code = CudaCalls.code(() -> JCudaDriver.cuLaunchKernel(
                function,
                grid.x(),
                grid.y(),
                grid.z(),
                signature.block(),
                1,
                1,
                signature.sharedBytes(),
                queue.stream.handle,
                table,
                null));
        if (code != CUresult.CUDA_SUCCESS) {
            throw CudaCalls.failure(
                    code,
                    "launching the kernel " + signature.name() + " in " + grid + " of " + signature.block()
                            + " threads and " + signature.sharedBytes() + " bytes of shared memory");
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
