package org.pernodedrop.backend.cuda;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.locks.ReentrantLock;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.kernels.cuda.ConnectionPlan;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.MaskSpec;

/**
 * The products of a layer on memory and streams of the caller, in the context that was current when this was opened. Nothing
 * is allocated by a call, and nothing loaded after {@link #prepare}, so that calls may be captured. Operands with gaps between
 * their rows are copied to the workspace and back. Arguments are right when they arrive; calls wait for each other on the
 * host.
 */
public final class PointerConnections implements AutoCloseable {
    private static final int STATE_WORDS = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final Closer parts = new Closer();
    private final GivenContext context;
    private final CommandQueue queue;
    private final DevicePool pool = new DevicePool(new NoMemory());
    private final GivenScratch scratch = new GivenScratch();
    private final KernelLauncher launcher;
    private final ConnectionOperations connections;
    private final VectorOperations vectors;
    private final MaskOperations masks;
    private final MaskPacking packing;
    private final Kernel advance;
    private boolean closed;

    /**
     * Opens the thread's current context.
     *
     * @throws org.pernodedrop.driver.DeviceUnavailableException if libraries are missing, or the kernels don't run on the GPU
     * @throws IllegalStateException if there is no current context
     */
    public PointerConnections() {
        CudaLibraries.loadDriver();
        context = new GivenContext();
        queue = new CommandQueue(context::enter, new CudaStream(new CUstream()));
        try {
            launcher = parts.own(new KernelLauncher(queue), KernelLauncher::close);
            CudaKernels kernels = parts.own(new CudaKernels(), CudaKernels::close);
            int multiprocessors = context.facts().multiprocessors();
            OperationParts shared =
                    new OperationParts(queue, pool, scratch, kernels, launcher, new LaunchShapes(multiprocessors));
            connections = new ConnectionOperations(
                    shared,
                    multiprocessors,
                    new SequenceOperations(shared, context.facts(), MultiPositionPrecision.TF32));
            vectors = new VectorOperations(shared);
            masks = new MaskOperations(shared);
            packing = new MaskPacking(shared, multiprocessors);
            advance = kernels.kernel(PtxModule.STEP, "advance");
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    /** The GPU, in a few words. */
    public String describe() {
        return "cuda (" + context.facts() + ")";
    }

    /** Words of 32 bits of packed bits. */
    public static long packedWords(ConnectionShape shape) {
        return ConnectionPlan.packedWords(shape.samples(), shape.inputs(), shape.outputs());
    }

    /** Loads all kernels for a layer, of which the driver compiles those that it does not know yet, and plans its passes. */
    public PointerLayer prepare(MaskSpec spec, ConnectionShape shape) {
        ConnectionShape computed = PointerLayer.computed(spec, shape);
        long[] scratchBytes = new long[1];
        entered(() -> {
            connections.load(spec, computed);
            vectors.loadColumnSums();
            masks.loadExport();
            packing.load();
            advance.function();
            scratchBytes[0] = Math.max(
                    connections.scratchBytes(spec, computed), vectors.columnSumsBytes(shape.rows(), shape.outputs()));
        });
        return new PointerLayer(spec, shape, scratchBytes[0]);
    }

    /** Bytes of workspace that a matrix takes if its rows have gaps; else and for null 0. */
    public static long copyBytes(DeviceMatrix matrix, int rows, int columns) {
        return PlacedOperands.bytes(matrix, rows, columns);
    }

    /** Bytes of workspace that a matrix takes if its rows have gaps. */
    public static long copyBytes(int rows, int columns) {
        return PlacedOperands.copyBytes(rows, columns);
    }

    /** Refuses memory that is not the GPU's, or too small: an {@link IllegalArgumentException} that names the argument. */
    public void requireMemory(String name, long address, long bytes) {
        entered(() -> context.requireMemory(name, address, bytes));
    }

    /** Writes seed and step. */
    public void setState(long stream, long state, long seed, int step) {
        in(stream, () -> {
            int[] words = {(int) seed, (int) (seed >>> Integer.SIZE), step, 0};
            for (int word = 0; word < STATE_WORDS; word++) {
                queue.fill(DriverMemory.pointer(state + (long) word * Integer.BYTES), words[word], 1);
            }
        });
    }

    /** Adds 1 to the step. */
    public void advance(long stream, long state) {
        in(stream, () -> launcher.of(advance).pointer(state).launch(Grid.of(1, 1, 1)));
    }

    /** {@code z = x (w m) + bias}, {@code y = act(z)}; y may be null, or z if the activation is linear. */
    public void forward(
            DeviceLaunch launch,
            PointerLayer layer,
            Activation activation,
            DeviceMatrix x,
            DeviceMatrix w,
            DeviceMatrix bias,
            DeviceMatrix z,
            DeviceMatrix y) {
        in(launch.stream(), () -> {
            ConnectionShape shape = layer.shape();
            PlacedOperands placed = new PlacedOperands(queue, pool, launch.workspace());
            CudaFloats ownX = placed.input(x, shape.rows(), shape.inputs());
            CudaFloats ownW = placed.input(w, shape.inputs(), shape.outputs());
            CudaFloats ownBias = placed.input(bias, 1, shape.outputs());
            CudaFloats ownZ = placed.output(z, shape.rows(), shape.outputs());
            boolean alone = y == null || y.equals(z);
            CudaFloats ownY = alone ? ownZ : placed.output(y, shape.rows(), shape.outputs());
            scratch.lend(placed.end(), layer.scratchBytes());
            connections.forward(
                    mask(launch, layer),
                    launch.firstSample(),
                    layer.computed(),
                    alone ? Activation.LINEAR : activation,
                    ownX,
                    ownW,
                    ownBias,
                    ownZ,
                    ownY,
                    packed(launch, shape));
            placed.copyBack();
        });
    }

    /** Gradients; those that are null are not computed. */
    public void backward(
            DeviceLaunch launch,
            PointerLayer layer,
            DeviceMatrix x,
            DeviceMatrix w,
            DeviceMatrix dz,
            DeviceMatrix dx,
            DeviceMatrix dw,
            DeviceMatrix db) {
        in(launch.stream(), () -> {
            ConnectionShape shape = layer.shape();
            PlacedOperands placed = new PlacedOperands(queue, pool, launch.workspace());
            CudaFloats ownX = placed.input(x, shape.rows(), shape.inputs());
            CudaFloats ownW = placed.input(w, shape.inputs(), shape.outputs());
            CudaFloats ownDz = placed.input(dz, shape.rows(), shape.outputs());
            CudaFloats ownDx = placed.output(dx, shape.rows(), shape.inputs());
            CudaFloats ownDw = placed.output(dw, shape.inputs(), shape.outputs());
            CudaFloats ownDb = placed.output(db, 1, shape.outputs());
            scratch.lend(placed.end(), layer.scratchBytes());
            connections.backward(
                    mask(launch, layer),
                    launch.firstSample(),
                    layer.computed(),
                    ownX,
                    ownW,
                    ownDz,
                    ownDx,
                    ownDw,
                    packed(launch, shape));
            if (ownDb != null) {
                vectors.columnSums(shape.rows(), shape.outputs(), ownDz, ownDb);
            }
            placed.copyBack();
        });
    }

    /** Stores the kept bits. */
    public void pack(DeviceLaunch launch, PointerLayer layer) {
        in(
                launch.stream(),
                () -> packing.pack(
                        masks.own(mask(launch, layer)), launch.firstSample(), layer.shape(), launch.packed()));
    }

    /** Writes the multipliers, {@code [B, I, U]} without gaps. */
    public void export(DeviceLaunch launch, PointerLayer layer, long to) {
        ConnectionShape shape = layer.shape();
        long bytes = Float.BYTES * (long) shape.samples() * shape.inputs() * shape.outputs();
        in(
                launch.stream(),
                () -> masks.export(
                        mask(launch, layer),
                        launch.firstSample(),
                        shape.samples(),
                        shape.inputs(),
                        shape.outputs(),
                        new CudaFloats(new DeviceBlock(pool, to, bytes, 0))));
    }

    private LayerMask mask(DeviceLaunch launch, PointerLayer layer) {
        DeviceBlock block = new DeviceBlock(pool, launch.state(), CudaStepState.BYTES, 0);
        return new LayerMask(layer.spec(), launch.layer(), new CudaStepState(queue, block));
    }

    private CudaInts packed(DeviceLaunch launch, ConnectionShape shape) {
        return launch.packed() == 0
                ? null
                : new CudaInts(new DeviceBlock(pool, launch.packed(), Integer.BYTES * packedWords(shape), 0));
    }

    private void in(long stream, Runnable operation) {
        entered(() -> {
            CUstream given = stream(stream);
            context.requireOwn(given);
            queue.follow(new CudaStream(given));
            operation.run();
        });
    }

    private void entered(Runnable operation) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the kernels were closed before their use");
            }
            context.enter();
            operation.run();
        } finally {
            lock.unlock();
        }
    }

    // JCuda makes streams of numbers for itself alone.
    private static CUstream stream(long handle) {
        try {
            Constructor<CUstream> constructor = CUstream.class.getDeclaredConstructor(long.class);
            constructor.setAccessible(true);
            return constructor.newInstance(handle);
        } catch (NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException failure) {
            throw new IllegalStateException(
                    "this version of JCuda makes no stream of a number; use the one that this library names", failure);
        }
    }

    /** Waits for the context, and unloads the kernels; the thread's current context must be the one that this was opened in. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            context.enter();
            closed = true;
            parts.add(() -> Captures.alone(() -> CudaCalls.check(
                    () -> JCudaDriver.cuCtxSynchronize(), "waiting for kernels under way, to unload them")));
            parts.close();
        } finally {
            lock.unlock();
        }
    }
}
