package org.pernodedrop.kernels.cuda;

import java.util.concurrent.locks.ReentrantLock;
import org.pernodedrop.driver.CallerContext;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.CudaStream;
import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.Precision;
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
 *     plan.forward(launch, new ForwardPass<>(Activation.RELU, x, w, bias, z, y));
 *     plan.backward(launch, new BackwardPass<>(x, w, dz, dx, dw, db));
 *     kernels.advance(stream, state);
 * }
 * }</pre>
 *
 * <p>Results are the same bits every time on the same kind of GPU, and within rounding those of {@code HostKernels}: the masks
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

    private static final long MAX_STEP = 0xFFFFFFFEL;

    private final ReentrantLock lock = new ReentrantLock();
    private final Closer parts = new Closer();
    private final CallerContext context;
    private final LaunchQueue queue;
    private final KernelLauncher launcher;
    private final MaskedProductLauncher products;
    private final MaskExportLauncher export;
    private final Kernel advance;
    private boolean closed;

    /**
     * Opens the thread's current context, for kernels in single precision: {@link Precision#FP32}.
     *
     * @throws org.pernodedrop.driver.DeviceUnavailableException naming what is missing: libraries of CUDA, or a GPU of
     *     compute capability 8.0
     * @throws IllegalStateException if there is no current context
     */
    public PointerKernels() {
        this(Precision.FP32);
    }

    /**
     * Opens the thread's current context.
     *
     * @param precision of the factors; the rounded copies that it may take lie in the workspace
     * @throws org.pernodedrop.driver.DeviceUnavailableException naming what is missing: libraries of CUDA, or a GPU of
     *     compute capability 8.0
     * @throws IllegalStateException if there is no current context
     */
    public PointerKernels(Precision precision) {
        Arguments.notNull("precision", precision);
        CudaLibraries.loadDriver();
        context = new CallerContext();
        queue = new LaunchQueue(CudaStream.ofCaller(0));
        try {
            launcher = parts.own(new KernelLauncher(queue), KernelLauncher::close);
            KernelModules modules = parts.own(new KernelModules(), KernelModules::close);
            products = new MaskedProductLauncher(modules, launcher, context.properties(), precision);
            export = new MaskExportLauncher(queue, modules, launcher);
            advance = modules.kernel(PtxModule.STEP, "advance");
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    /** The GPU, in a few words. */
    public String describe() {
        return "cuda (" + context.properties() + ")";
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
        return new PointerPlan(this, spec, shape);
    }

    /** Loads all kernels for a layer, and returns the bytes of workspace that a pass takes at most. */
    long prepare(MaskSpec spec, ConnectionShape shape) {
        long[] bytes = new long[1];
        entered(() -> {
            products.load(spec, shape);
            export.load();
            advance.function();
            bytes[0] = products.workspaceBytes(spec, shape);
        });
        return bytes[0];
    }

    /**
     * Writes a state; also at a new start, or to go on where a training was left.
     *
     * @param state address of {@value #STATE_BYTES} bytes, a multiple of 16
     * @param step unsigned in the bits of an int, below 2^32 - 1
     */
    public void setState(long stream, long state, long seed, int step) {
        PointerCall call = stateCall(state);
        if (Integer.toUnsignedLong(step) > MAX_STEP) {
            throw new IllegalArgumentException(
                    "step must be in [0, " + MAX_STEP + "]: step=" + Integer.toUnsignedString(step));
        }
        int[] words = {(int) seed, (int) (seed >>> Integer.SIZE), step, 0};
        run(stream, call, 0, () -> {
            for (int word = 0; word < words.length; word++) {
                queue.fill(DriverMemory.pointer(state + (long) word * Integer.BYTES), words[word], 1);
            }
        });
    }

    /**
     * Adds 1 to a state's step, which the GPU alone knows. The last step is 2^32 - 2; the caller must not advance beyond it.
     */
    public void advance(long stream, long state) {
        run(stream, stateCall(state), 0, () -> launcher.of(advance)
                .pointer(state)
                .launch(Grid.ONE));
    }

    private static PointerCall stateCall(long state) {
        if (state == 0 || state % STATE_BYTES != 0) {
            throw new IllegalArgumentException("state must lie at a multiple of " + STATE_BYTES
                    + " bytes, and not be 0: state=0x" + Long.toHexString(state));
        }
        PointerCall call = new PointerCall(0);
        call.output("state", state, STATE_BYTES);
        return call;
    }

    MaskedProductLauncher products() {
        return products;
    }

    void export(DeviceMask mask, int firstSample, ConnectionShape shape, DeviceAddress to) {
        export.launch(mask, firstSample, shape.samples(), shape.inputs(), shape.outputs(), to.address());
    }

    /**
     * Enqueues a call's kernels in a stream, between the copies of its operands.
     *
     * @param scratchBytes of workspace that the kernels take at most
     */
    void run(long stream, PointerCall call, long scratchBytes, Runnable kernels) {
        entered(() -> {
            CudaStream callers = CudaStream.ofCaller(stream);
            context.requireOwn(callers);
            call.require(context, scratchBytes);
            queue.follow(callers);
            call.copyIn(queue);
            kernels.run();
            call.copyOut(queue);
        });
    }

    private void entered(Runnable operation) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the kernels were closed before their use");
            }
            context.requireCurrent();
            operation.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for all that the context is doing, and unloads the kernels; from a thread on which it is current, and not during a
     * capture. Closing twice does nothing.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            context.requireCurrent();
            closed = true;
            parts.add(() -> context.synchronize("waiting for kernels under way, to unload them"));
            parts.close();
        } finally {
            lock.unlock();
        }
    }
}
