package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.notNull;

import java.util.function.Supplier;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/**
 * A device and its operations, by theme: {@code backend.vectors().axpy(...)}.
 *
 * <p>Sizes: B samples, I inputs, U outputs, each at least 1; row-major matrices. Unless said otherwise outputs are
 * overwritten and must not overlap inputs. Every method throws {@link IllegalArgumentException} with the rule, the
 * argument and its value where a size, a range or an overlap is wrong, and {@link IllegalStateException} where a buffer
 * was closed; {@link OutOfDeviceMemoryException} where the device has no room, and {@link DeviceException} where it
 * fails.
 *
 * <p>A backend serves one thread at a time: while a thread is in an operation of it, or of what it made, every other thread
 * is refused with {@link IllegalStateException}, and the operation goes on unaffected. Threads may follow one another if
 * one has ended when the next begins. Backends in several threads are independent of each other.
 */
public abstract class Backend implements AutoCloseable {
    private final OwnerCheck owner = new OwnerCheck(
            "backend", "open one backend a thread, or call it when the other thread's operation has ended");
    private final KernelRunner runner = new KernelRunner(owner);

    /** What computes, in one line: device, threads, kernels, libraries. */
    public abstract String describe();

    /** The name on the command line: cpu or cuda. */
    public abstract String device();

    /** Waits until everything enqueued is done. */
    public abstract void synchronize();

    // ---- operations

    /** Buffers, states and transfers. */
    public final Memory memory() {
        return themes().memory;
    }

    /** Element-wise operations, column sums, gathers. */
    public final Vectors vectors() {
        return themes().vectors;
    }

    /** Ordinary matrix products. */
    public final Matrices matrices() {
        return themes().matrices;
    }

    /** Products with a mask on every connection. */
    public final MaskedProducts maskedProducts() {
        return themes().maskedProducts;
    }

    /** Masks element by element. */
    public final Masks masks() {
        return themes().masks;
    }

    /** Windows over images. */
    public final ImageWindows windows() {
        return themes().windows;
    }

    /** Batch normalization. */
    public final Normalizations normalizations() {
        return themes().normalizations;
    }

    /** Losses and their gradients. */
    public final Losses losses() {
        return themes().losses;
    }

    /** Updates of parameters. */
    public final Optimizers optimizers() {
        return themes().optimizers;
    }

    /** Initial values. */
    public final RandomFills randomFills() {
        return themes().randomFills;
    }

    /** The operations above, of one device. */
    public record Themes(
            Memory memory,
            Vectors vectors,
            Matrices matrices,
            MaskedProducts maskedProducts,
            Masks masks,
            ImageWindows windows,
            Normalizations normalizations,
            Losses losses,
            Optimizers optimizers,
            RandomFills randomFills) {}

    /** The same themes whenever asked. */
    protected abstract Themes themes();

    /** Runs the kernels of this backend's themes. */
    protected final KernelRunner runner() {
        return runner;
    }

    // ---- several operations as one

    /**
     * Runs operations of this backend as one: until they have ended, other threads are refused.
     *
     * @throws IllegalStateException if another thread is in an operation, or the backend was closed
     */
    public final void alone(Runnable operations) {
        owner.run(notNull("operations", operations));
    }

    /** The same for operations with a result. */
    public final <T> T alone(Supplier<T> operations) {
        return owner.get(notNull("operations", operations));
    }

    /**
     * Captures operations of this backend for {@link CapturedGraph#replay}: on a GPU as a CUDA graph, whose replay costs the
     * host one call. Capturing does nothing to any buffer.
     *
     * <p>Addresses and sizes are those of the capture; what changes from run to run must lie in buffers or in the {@link
     * StepState}. Whatever waits for the device or makes room there (downloads, uploads, reading and resetting totals,
     * feeds, allocations, setting states) cannot be part of it and is refused with {@link IllegalStateException}, at the
     * latest at the first replay.
     *
     * @param operations run once now or at every replay, as the device requires; must do the same each time
     * @return owned by the caller
     */
    public final CapturedGraph capture(Runnable operations) {
        notNull("operations", operations);
        return owner.get(() -> new OwnedGraph(owner, captureKernel(operations)));
    }

    /** Implements {@link #capture}; the operations are not null. */
    protected abstract CapturedGraph captureKernel(Runnable operations);

    /** A graph whose replays are operations of its backend. */
    private record OwnedGraph(OwnerCheck owner, CapturedGraph graph) implements CapturedGraph {
        @Override
        public void replay() {
            owner.run(graph::replay);
        }

        @Override
        public void close() {
            owner.release(graph::close);
        }
    }

    // ---- the end

    /**
     * Gives back several things as one, also after {@link #close}.
     *
     * @throws IllegalStateException if another thread is in an operation
     */
    public final void giveBack(Runnable closing) {
        owner.release(notNull("closing", closing));
    }

    /**
     * Gives back everything that was not given back before; buffers of this backend are closed with it. If another thread is
     * in an operation, waits for its end, which comes soon: calls within it are refused from now on. Closing twice does
     * nothing.
     *
     * @throws IllegalStateException from within an operation of the same thread, as {@link #capture} and {@link #alone} run,
     *     and nothing is closed then; or if another thread's operation has not ended within a minute, as one that waits for
     *     this thread
     */
    @Override
    public abstract void close();

    /** Implements {@link #close}: runs what gives back, once, when no operation is under way. */
    protected final void closeOnce(Runnable giveBack) {
        owner.close(giveBack);
    }

    /** What lets one thread at a time in: for what a backend has made, which belongs to it. */
    protected final OwnerCheck owner() {
        return owner;
    }
}
