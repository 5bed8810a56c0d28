package org.pernodedrop.kernels.cuda;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.PinnedMemory;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.cuda.KernelSignature.Kind;

/**
 * Launches kernels: {@code launcher.of(kernel).pointer(x).int32(n).launch(grid)}, with arguments checked against the
 * kernel's parameters.
 *
 * <p>The driver reads arguments through a table of addresses. Argument k of every kernel lies in slot k of the same native
 * memory, so one table serves all launches and none allocates.
 */
public final class KernelLauncher implements AutoCloseable {
    static final int MAX_ARGUMENTS = 32;
    private static final int SLOT_BYTES = 8;
    private static final int TABLE = MAX_ARGUMENTS * SLOT_BYTES;

    private final LaunchQueue queue;
    private final PinnedMemory memory;
    private final ByteBuffer slots;
    private final Pointer table;
    private Kernel kernel;
    private int count;

    /** @param queue where launches go */
    public KernelLauncher(LaunchQueue queue) {
        this.queue = queue;
        memory = new PinnedMemory(2L * TABLE, "kernels' arguments");
        slots = memory.window(0, 2 * TABLE);
        table = memory.withByteOffset(TABLE);
        for (int k = 0; k < MAX_ARGUMENTS; k++) {
            slots.putLong(TABLE + k * SLOT_BYTES, memory.address() + (long) k * SLOT_BYTES);
        }
    }

    /** Begins a launch. */
    public KernelLauncher of(Kernel next) {
        kernel = next;
        count = 0;
        return this;
    }

    private int next(Kind kind) {
        kernel.expect(count, kind);
        return count++ * SLOT_BYTES;
    }

    /** An address, or 0 for none. */
    public KernelLauncher pointer(long address) {
        slots.putLong(next(Kind.POINTER), address);
        return this;
    }

    /** Where memories begin; null for none. */
    public KernelLauncher pointer(DeviceAddress... memories) {
        for (DeviceAddress each : memories) {
            pointer(each == null ? 0 : each.address());
        }
        return this;
    }

    public KernelLauncher int32(int... values) {
        for (int value : values) {
            slots.putInt(next(Kind.INT), value);
        }
        return this;
    }

    public KernelLauncher int64(long value) {
        slots.putLong(next(Kind.LONG), value);
        return this;
    }

    public KernelLauncher float32(float... values) {
        for (float value : values) {
            slots.putFloat(next(Kind.FLOAT), value);
        }
        return this;
    }

    /** Enqueues the launch, or remembers it for the graph under capture; the kernel's block is fixed. */
    public void launch(Grid grid) {
        kernel.expectAll(count);
        CUfunction function = kernel.function();
        if (!queue.isCapturing()) {
            launch(kernel.signature, function, grid);
            return;
        }
        KernelSignature signature = kernel.signature;
        long[] arguments = new long[count];
        for (int k = 0; k < arguments.length; k++) {
            arguments[k] = slots.getLong(k * SLOT_BYTES);
        }
        queue.run(() -> {
            for (int k = 0; k < arguments.length; k++) {
                slots.putLong(k * SLOT_BYTES, arguments[k]);
            }
            launch(signature, function, grid);
        });
    }

    private void launch(KernelSignature signature, CUfunction function, Grid grid) {
        int code = CudaCalls.code(() -> JCudaDriver.cuLaunchKernel(
                function,
                grid.x(),
                grid.y(),
                grid.z(),
                signature.block(),
                1,
                1,
                signature.sharedBytes(),
                queue.stream().handle,
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
