package org.pernodedrop.kernels;

import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.cuda.PointerConnections;
import org.pernodedrop.kernels.cpu.HostKernels;
import org.pernodedrop.mask.MaskSpec;

/**
 * PerNodeDrop's products on a GPU, on memory, stream and context of the caller: for frameworks on CUDA, and for code with
 * kernels of its own. The package says what is computed; addresses are numbers, as {@code cuMemAlloc}, {@code cudaMalloc} and
 * every framework's allocator give them (of JCuda's {@code CUdeviceptr} and {@code CUstream}, a subclass shows {@code
 * getNativePointer()}).
 *
 * <p>An instance belongs to the context that was current on the thread that opened it, and every call must come from a
 * thread on which that is current. It holds the kernels of that context and half a kilobyte of page-locked memory. Each kind
 * of layer has a {@link PointerPlan}, which loads what it needs beforehand; from then on calls allocate nothing, wait for
 * nothing, and enqueue everything in the given stream, so that they may be captured into a graph.
 *
 * <p>The mask that is drawn follows from 16 bytes of the GPU's memory, the state: seed and step. {@link #setState} writes
 * them, {@link #advance} adds 1 to the step, both in a stream; a captured training step that ends with it draws new masks at
 * every replay.
 *
 * <pre>{@code
 * try (PointerKernels kernels = new PointerKernels()) {
 *     PointerPlan plan = kernels.plan(spec, ConnectionShape.of(samples, inputs, outputs));
 *     DeviceLaunch launch = DeviceLaunch.of(stream, state, layer, 0).withWorkspace(workspace); // of plan.workspaceBytes()
 *     kernels.setState(stream, state, seed, 0);
 *     plan.forward(launch, Activation.RELU, x, w, bias, z, y);
 *     plan.backward(launch, x, w, dz, dx, dw, db);
 *     kernels.advance(stream, state);
 * }
 * }</pre>
 *
 * <p>Results are the same bits every time on the same kind of GPU, and within rounding those of {@link HostKernels}: the masks
 * are the same. Any number of threads may call; their calls wait for each other on the host, not on the GPU. Calls that go to
 * different streams at once need workspaces of their own.
 *
 * <p>Before anything is launched, every method throws {@link IllegalArgumentException} where an argument is null that must not
 * be, out of its range, misaligned, of another context or GPU, or shorter than it has to be in its allocation, or where an
 * output overlaps another operand; and {@link IllegalStateException} if the current context is another one or this was
 * closed. What fails on the GPU later is told by whatever waits for the stream.
 */
public final class PointerKernels implements AutoCloseable {
    /** Bytes of a state. */
    public static final int STATE_BYTES = 16;

    private final PointerConnections connections = new PointerConnections();

    /**
     * Opens the thread's current context.
     *
     * @throws org.pernodedrop.driver.DeviceUnavailableException naming what is missing: libraries of CUDA, or a GPU of
     *     compute capability 8.0
     * @throws IllegalStateException if there is no current context
     */
    public PointerKernels() {}

    /** The GPU, in a few words. */
    public String describe() {
        return connections.describe();
    }

    /**
     * Prepares a kind of layer: loads its kernels, which takes seconds where the driver has to compile them first. Not during
     * a capture.
     *
     * @param spec of connection granularity, not fixed; a drop rate of 0 makes an ordinary dense layer
     */
    public PointerPlan plan(MaskSpec spec, ConnectionShape shape) {
        Arguments.connectionMask(spec);
        Arguments.notNull("shape", shape);
        return new PointerPlan(connections, spec, shape);
    }

    /**
     * Writes a state; also at a new start, or to go on where a training was left.
     *
     * @param state address of {@value #STATE_BYTES} bytes, a multiple of 16
     * @param step unsigned in the bits of an int, below 2^32 - 1
     */
    public void setState(long stream, long state, long seed, int step) {
        checkState(state);
        StepState.checkStep(Integer.toUnsignedLong(step));
        connections.setState(stream, state, seed, step);
    }

    /** Adds 1 to a state's step, which the GPU alone knows: steps behind {@link StepState#LAST_STEP} are the caller's to avoid. */
    public void advance(long stream, long state) {
        checkState(state);
        connections.advance(stream, state);
    }

    private void checkState(long state) {
        if (state == 0 || state % STATE_BYTES != 0) {
            throw new IllegalArgumentException("state must lie at a multiple of " + STATE_BYTES
                    + " bytes, and not be 0: state=0x" + Long.toHexString(state));
        }
        connections.requireMemory("state", state, STATE_BYTES);
    }

    /**
     * Waits for all that the context is doing, and unloads the kernels; from a thread on which it is current, and not during a
     * capture. Closing twice does nothing.
     */
    @Override
    public void close() {
        connections.close();
    }
}
