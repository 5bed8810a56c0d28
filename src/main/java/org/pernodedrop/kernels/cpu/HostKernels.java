package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.Arguments.notNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Mask;

/**
 * PerNodeDrop's products on the CPU, on arrays and direct buffers of the caller. The package {@link org.pernodedrop.kernels}
 * defines what is computed; {@link MaskDraw}, {@link ForwardPass} and {@link BackwardPass} describe the operands.
 *
 * <p>Matrices are row-major with any leading dimension of at least their columns: x and dx {@code [B T, I]}, w and dw {@code
 * [I, U]}, z, y and dz {@code [B T, U]}, bias and db one row {@code [U]}. Packed bits are an {@code int[]} of {@link
 * #packedLength}. With one position a sample, nothing is copied but the tiles in progress; with several, operands
 * that are not arrays without gaps are copied as a whole. Memory: some hundred kilobytes per thread, kept, and a copy of dz
 * where its rows are not a multiple of 32 floats in an array; with a {@link Precision} that rounds, copies of x, w and dz.
 *
 * <p>Results have the same bits for any number of threads and any leading dimension, in arrays and in buffers. Outputs are
 * overwritten, never added to. An output must not overlap an input or another output, except that y may be z for {@link
 * Activation#LINEAR}; overlaps of arrays are refused, those of direct buffers cannot be detected.
 *
 * <p>Any number of threads may call the same instance: their calls wait for each other, and each is computed by all of its
 * threads. Before anything is computed, every method throws {@link IllegalArgumentException} if an argument is null that
 * must not be, too small, read-only, or out of its range, and {@link IllegalStateException} after {@link #close}.
 *
 * <pre>{@code
 * Mask mask = Mask.of(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), seed, layer, step);
 * MaskDraw<Mask, int[]> draw = new MaskDraw<>(mask, 0, ConnectionShape.of(samples, inputs, outputs), null);
 * HostMatrix x = HostMatrix.of(xArray, inputs);
 * HostMatrix w = HostMatrix.of(wBuffer, outputs);
 * HostMatrix z = HostMatrix.of(zArray, outputs);
 * HostKernels.shared().forward(draw, new ForwardPass<>(Activation.LINEAR, x, w, null, z, null));
 * HostKernels.shared().backward(draw, new BackwardPass<>(x, w, dz, dx, dw, null));
 * }</pre>
 */
public final class HostKernels implements AutoCloseable {
    // No holder class: a failed start, as without threads, must not be remembered for good.
    private static volatile HostKernels ofProcess;

    private final ReentrantLock lock = new ReentrantLock();
    private final WorkerPool pool;
    private final TiledProducts products;
    private final ElementMasks masks;
    private final boolean shared;
    private boolean closed;

    /**
     * Kernels in single precision on threads of their own, the caller's among them.
     *
     * @param threads in [0, {@value WorkerPool#MAX_THREADS}]; 0 takes all cores
     * @throws IllegalArgumentException if threads are out of range
     * @throws OutOfMemoryError if the system has no room for so many threads; those that were started have ended then
     */
    public HostKernels(int threads) {
        this(threads, Precision.FP32);
    }

    /**
     * Kernels that round their factors as a GPU does, into copies that are kept.
     *
     * @param threads in [0, {@value WorkerPool#MAX_THREADS}]; 0 takes all cores
     * @param precision {@link Precision#TF32} is single precision here
     * @throws IllegalArgumentException if threads are out of range, or precision is null
     * @throws OutOfMemoryError if the system has no room for so many threads; those that were started have ended then
     */
    public HostKernels(int threads, Precision precision) {
        this(threads, notNull("precision", precision), false);
    }

    private HostKernels(int threads, Precision precision, boolean shared) {
        if (threads < 0 || threads > WorkerPool.MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be in [0, " + WorkerPool.MAX_THREADS + "], 0 for all cores: threads=" + threads);
        }
        BlasLibrary library = BlasLibrary.open();
        int cores = Math.min(Runtime.getRuntime().availableProcessors(), WorkerPool.MAX_THREADS);
        this.shared = shared;
        this.pool = new WorkerPool(threads == 0 ? cores : threads);
        try {
            this.products = new TiledProducts(pool, library.blas(), new FactorRounding(pool, precision));
            this.masks = new ElementMasks(pool);
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    /** The process's own instance on all cores, in single precision, made when first asked for; closing it does nothing. */
    public static HostKernels shared() {
        HostKernels made = ofProcess;
        return made == null ? makeShared() : made;
    }

    private static synchronized HostKernels makeShared() {
        if (ofProcess == null) {
            ofProcess = new HostKernels(0, Precision.FP32, true);
        }
        return ofProcess;
    }

    /** Threads and implementation, for people. */
    public String describe() {
        return products.describe();
    }

    /**
     * Integers of packed bits: 64 for every 16 samples, 4 inputs and 32 outputs or part of them.
     *
     * @throws IllegalArgumentException if shape is null
     */
    public long packedLength(ConnectionShape shape) {
        return PackedTiles.length(notNull("shape", shape));
    }

    /**
     * The layer: {@code z = x (w m) + bias}, and {@code y = act(z)} if it is wanted.
     *
     * @param draw its packed bits, if there is an array for them, are written for {@link #backward}
     */
    public void forward(MaskDraw<Mask, int[]> draw, ForwardPass<HostMatrix> pass) {
        MaskDraw<Mask, PackedTiles> checked = check(draw);
        ConnectionShape shape = draw.shape();
        notNull("pass", pass);
        notNull("activation", pass.activation());
        Operands operands = new Operands();
        operands.input("x", pass.x(), shape.rows(), shape.inputs());
        operands.input("w", pass.w(), shape.inputs(), shape.outputs());
        operands.optionalInput("bias", pass.bias(), 1, shape.outputs());
        operands.output("z", pass.z(), shape.rows(), shape.outputs());
        if (pass.y() != pass.z() || pass.activation() != Activation.LINEAR) {
            operands.optionalOutput("y", pass.y(), shape.rows(), shape.outputs());
        }
        compute(() -> products.forward(checked, pass));
    }

    /**
     * The gradients that are wanted, with the very same mask as {@link #forward}: it is drawn once for dx and dw.
     *
     * @param draw its packed bits, if there are any, are those of {@link #forward} or {@link #pack} for the same mask, first
     *     sample and shape
     */
    public void backward(MaskDraw<Mask, int[]> draw, BackwardPass<HostMatrix> pass) {
        MaskDraw<Mask, PackedTiles> checked = check(draw);
        ConnectionShape shape = draw.shape();
        notNull("pass", pass);
        Operands operands = new Operands();
        operands.input("x", pass.x(), shape.rows(), shape.inputs());
        operands.input("w", pass.w(), shape.inputs(), shape.outputs());
        operands.input("dz", pass.dz(), shape.rows(), shape.outputs());
        operands.optionalOutput("dx", pass.dx(), shape.rows(), shape.inputs());
        operands.optionalOutput("dw", pass.dw(), shape.inputs(), shape.outputs());
        operands.optionalOutput("db", pass.db(), 1, shape.outputs());
        compute(() -> products.backward(checked, pass));
    }

    /**
     * Draws the kept bits of a Bernoulli mask as {@link #forward} writes them.
     *
     * @param draw its packed bits must not be null
     */
    public void pack(MaskDraw<Mask, int[]> draw) {
        notNull("packed", notNull("draw", draw).packed());
        MaskDraw<Mask, PackedTiles> checked = check(draw);
        compute(() -> products.pack(checked));
    }

    /**
     * The multipliers themselves: row {@code b I + i} of {@code to} receives {@code m[firstSample + b, i, :]}. For small
     * layers and for comparisons. Positions have no effect.
     *
     * @param draw its packed bits are not used
     * @param to {@code [B I, U]}
     */
    public void export(MaskDraw<Mask, int[]> draw, HostMatrix to) {
        check(draw);
        ConnectionShape shape = draw.shape();
        new Operands().output("to", to, Arguments.exportRows(shape), shape.outputs());
        compute(() -> masks.export(draw.mask(), draw.firstSample(), shape, to));
    }

    /** Ends the threads; closing twice, or the {@link #shared} instance, does nothing. */
    @Override
    public void close() {
        if (shared) {
            return;
        }
        lock.lock();
        try {
            closed = true;
            pool.close();
        } finally {
            lock.unlock();
        }
    }

    private MaskDraw<Mask, PackedTiles> check(MaskDraw<Mask, int[]> draw) {
        Mask mask = notNull("mask", notNull("draw", draw).mask());
        ConnectionShape shape = notNull("shape", draw.shape());
        int[] packed = draw.packed();
        Arguments.connectionMask(mask.spec());
        Arguments.sampleWindow(draw.firstSample(), shape.samples());
        if (packed == null) {
            return new MaskDraw<>(mask, draw.firstSample(), shape, null);
        }
        Arguments.packableMask(mask.spec(), shape);
        if (packed.length < packedLength(shape)) {
            throw new IllegalArgumentException("packed is too small: packed.length=" + packed.length + ", needed="
                    + packedLength(shape) + " for " + shape);
        }
        return new MaskDraw<>(mask, draw.firstSample(), shape, PackedTiles.in(packed, 0, shape));
    }

    private void compute(Runnable kernel) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the kernels were closed before their use");
            }
            kernel.run();
        } finally {
            lock.unlock();
        }
    }

    /** The matrices of one call: each must hold its elements, and no output may overlap another operand. */
    private static final class Operands {
        private final List<Operand> operands = new ArrayList<>();

        private record Operand(String name, HostMatrix matrix, int rows, int columns) {}

        void input(String name, HostMatrix matrix, int rows, int columns) {
            notNull(name, matrix).requireHolds(name, rows, columns);
            operands.add(new Operand(name, matrix, rows, columns));
        }

        void optionalInput(String name, HostMatrix matrix, int rows, int columns) {
            if (matrix != null) {
                input(name, matrix, rows, columns);
            }
        }

        void optionalOutput(String name, HostMatrix matrix, int rows, int columns) {
            if (matrix != null) {
                output(name, matrix, rows, columns);
            }
        }

        /** Outputs come after all inputs. */
        void output(String name, HostMatrix matrix, int rows, int columns) {
            notNull(name, matrix).requireHolds(name, rows, columns);
            if (!matrix.isWritable()) {
                throw new IllegalArgumentException(name + " must be writable; it lies in a read-only buffer");
            }
            for (Operand other : operands) {
                if (matrix.overlaps(rows, columns, other.matrix(), other.rows(), other.columns())) {
                    throw new IllegalArgumentException(
                            other.name() + " and " + name + " must not overlap; use separate memory");
                }
            }
            operands.add(new Operand(name, matrix, rows, columns));
        }
    }
}
