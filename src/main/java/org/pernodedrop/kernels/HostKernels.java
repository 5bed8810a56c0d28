package org.pernodedrop.kernels;

import static org.pernodedrop.kernels.KernelChecks.checkConnections;
import static org.pernodedrop.kernels.KernelChecks.checkFirstSample;
import static org.pernodedrop.kernels.KernelChecks.checkPackable;
import static org.pernodedrop.kernels.KernelChecks.notNull;

import java.util.concurrent.locks.ReentrantLock;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.backend.cpu.HostConnections;
import org.pernodedrop.mask.Mask;

/**
 * PerNodeDrop's products on the CPU, on arrays and direct buffers of the caller. The package says what is computed.
 *
 * <p>Matrices are row-major with any leading dimension of at least their columns: x and dx {@code [B T, I]}, w and dw {@code
 * [I, U]}, z, y and dz {@code [B T, U]}, bias and db one row {@code [U]}. With one position a sample nothing is copied but
 * the tiles that are worked on; with several, operands that are no gapless arrays are copied as a whole. Memory: some
 * hundred kilobytes a thread, kept, and a copy of dz where its rows are no multiple of 32 floats in an array.
 *
 * <p>Results are the same bits for any number of threads and any leading dimension, in arrays and in buffers. Outputs are
 * overwritten, never added to. An output must not overlap an input or another output, except that y may be z for {@link
 * Activation#LINEAR}; overlaps of arrays are refused, those of direct buffers cannot be seen.
 *
 * <p>Any number of threads may call the same instance: their calls wait for each other, and each is computed by all of its
 * threads. Every method throws {@link IllegalArgumentException} before anything is computed where an argument is null that
 * must not be, too small, read-only, or out of its range, and {@link IllegalStateException} after {@link #close}.
 *
 * <pre>{@code
 * Mask mask = Mask.of(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), seed, layer, step);
 * ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
 * HostMatrix x = HostMatrix.of(xArray, inputs);
 * HostMatrix w = HostMatrix.of(wBuffer, outputs);
 * HostMatrix z = HostMatrix.of(zArray, outputs);
 * HostKernels.shared().forward(mask, 0, shape, Activation.LINEAR, x, w, null, z, null, null);
 * HostKernels.shared().backward(mask, 0, shape, x, w, dz, dx, dw, null, null);
 * }</pre>
 */
public final class HostKernels implements AutoCloseable {
    // No class of its own, which a failure, as for want of threads, would break for good.
    private static volatile HostKernels ofProcess;

    private final ReentrantLock lock = new ReentrantLock();
    private final HostConnections connections;
    private final boolean shared;
    private boolean closed;

    /**
     * Kernels on threads of their own, the caller's among them.
     *
     * @param threads in [0, {@value CpuBackend#MAX_THREADS}]; 0 takes all cores
     * @throws IllegalArgumentException if threads are out of range
     * @throws OutOfMemoryError if the system has no room for so many threads; those that were started have ended then
     */
    public HostKernels(int threads) {
        this(threads, false);
    }

    private HostKernels(int threads, boolean shared) {
        if (threads < 0 || threads > CpuBackend.MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be in [0, " + CpuBackend.MAX_THREADS + "], 0 for all cores: threads=" + threads);
        }
        int cores = Math.min(Runtime.getRuntime().availableProcessors(), CpuBackend.MAX_THREADS);
        this.connections = new HostConnections(threads == 0 ? cores : threads);
        this.shared = shared;
    }

    /** The process's own instance on all cores, made when first asked for; closing it does nothing. */
    public static HostKernels shared() {
        HostKernels made = ofProcess;
        return made == null ? makeShared() : made;
    }

    private static synchronized HostKernels makeShared() {
        if (ofProcess == null) {
            ofProcess = new HostKernels(0, true);
        }
        return ofProcess;
    }

    /** Threads and kernels, in a few words. */
    public String describe() {
        return connections.describe();
    }

    /**
     * Integers of a packed mask: 64 for every 16 samples, 4 inputs and 32 outputs or part of them.
     *
     * @throws IllegalArgumentException if shape is null
     */
    public long packedLength(ConnectionShape shape) {
        return HostConnections.packedLength(notNull("shape", shape));
    }

    /**
     * The layer: z, and y if it is wanted.
     *
     * @param mask of connection granularity, not fixed; a drop rate of 0 makes an ordinary dense layer
     * @param firstSample index of sample 0 in the global batch, at least 0
     * @param bias one row, or null for none
     * @param z the sums before the activation
     * @param y {@code act(z)}; null if only z is wanted; may be z if the activation is linear
     * @param packed receives the kept bits for {@link #backward}, at least {@link #packedLength}; null to have them drawn
     *     again there, which costs time and no memory
     */
    public void forward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            HostMatrix x,
            HostMatrix w,
            HostMatrix bias,
            HostMatrix z,
            HostMatrix y,
            int[] packed) {
        check(mask, firstSample, shape, packed);
        notNull("activation", activation);
        Operands operands = new Operands();
        operands.input("x", x, shape.rows(), shape.inputs());
        operands.input("w", w, shape.inputs(), shape.outputs());
        if (bias != null) {
            operands.input("bias", bias, 1, shape.outputs());
        }
        operands.output("z", z, shape.rows(), shape.outputs());
        if (y != null && !(y == z && activation == Activation.LINEAR)) {
            operands.output("y", y, shape.rows(), shape.outputs());
        }
        compute(() -> connections.forward(mask, firstSample, shape, activation, x, w, bias, z, y, packed));
    }

    /**
     * The gradients, with the very same mask as {@link #forward}: it is drawn once for dx and dw.
     *
     * @param dz gradient of z; with an activation, {@code dy act'(z)}
     * @param dx null if not wanted
     * @param dw null if not wanted
     * @param db one row; null if not wanted
     * @param packed what {@link #forward} or {@link #pack} left there for this mask, first sample and shape; null to have
     *     the bits drawn
     */
    public void backward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            HostMatrix x,
            HostMatrix w,
            HostMatrix dz,
            HostMatrix dx,
            HostMatrix dw,
            HostMatrix db,
            int[] packed) {
        check(mask, firstSample, shape, packed);
        Operands operands = new Operands();
        operands.input("x", x, shape.rows(), shape.inputs());
        operands.input("w", w, shape.inputs(), shape.outputs());
        operands.input("dz", dz, shape.rows(), shape.outputs());
        if (dx != null) {
            operands.output("dx", dx, shape.rows(), shape.inputs());
        }
        if (dw != null) {
            operands.output("dw", dw, shape.inputs(), shape.outputs());
        }
        if (db != null) {
            operands.output("db", db, 1, shape.outputs());
        }
        compute(() -> connections.backward(mask, firstSample, shape, x, w, dz, dx, dw, db, packed));
    }

    /**
     * Draws the kept bits of a Bernoulli mask, as {@link #forward} would leave them.
     *
     * @param packed at least {@link #packedLength}
     */
    public void pack(Mask mask, int firstSample, ConnectionShape shape, int[] packed) {
        check(mask, firstSample, shape, notNull("packed", packed));
        compute(() -> connections.pack(mask, firstSample, shape, packed));
    }

    /**
     * The multipliers themselves: row {@code b I + i} of {@code to} receives {@code m[firstSample + b, i, :]}. For small
     * layers, and for comparisons; positions don't matter.
     *
     * @param to {@code [B I, U]}
     */
    public void export(Mask mask, int firstSample, ConnectionShape shape, HostMatrix to) {
        check(mask, firstSample, shape, null);
        new Operands().output("to", to, KernelChecks.exportRows(shape), shape.outputs());
        compute(() -> connections.export(mask, firstSample, shape, to));
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
            connections.close();
        } finally {
            lock.unlock();
        }
    }

    private void check(Mask mask, int firstSample, ConnectionShape shape, int[] packed) {
        checkConnections(notNull("mask", mask).spec(), shape);
        checkFirstSample(firstSample, shape);
        if (packed != null) {
            checkPackable(mask.spec(), shape);
            if (packed.length < packedLength(shape)) {
                throw new IllegalArgumentException("packed is too small: packed.length=" + packed.length + ", needed="
                        + packedLength(shape) + " for " + shape);
            }
        }
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
}
