package org.pernodedrop.backend;

import static org.pernodedrop.backend.Checks.atLeastOne;
import static org.pernodedrop.backend.Checks.distinct;
import static org.pernodedrop.backend.Checks.distinctOrSame;
import static org.pernodedrop.backend.Checks.elements;
import static org.pernodedrop.backend.Checks.holds;
import static org.pernodedrop.backend.Checks.notNull;
import static org.pernodedrop.backend.LayerChecks.checkBias;
import static org.pernodedrop.backend.LayerChecks.checkConnectionGranularity;
import static org.pernodedrop.backend.LayerChecks.checkConnections;
import static org.pernodedrop.backend.LayerChecks.checkOptimizer;
import static org.pernodedrop.backend.LayerChecks.checkPackable;
import static org.pernodedrop.backend.LayerChecks.checkPreActivation;
import static org.pernodedrop.backend.LayerChecks.checkReparameterized;
import static org.pernodedrop.backend.LayerChecks.checkSamples;

import java.util.function.Supplier;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Granularity;

/**
 * A device and its operations. Public methods check and then call the device's {@link DeviceKernels}, which trust their
 * arguments.
 *
 * <p>Sizes: B samples, I inputs, U outputs, each at least 1; row-major matrices. Unless said otherwise outputs are
 * overwritten and must not overlap inputs. Every method throws {@link IllegalArgumentException} with the rule, the
 * argument and its value where a size, a range or an overlap is wrong, and {@link IllegalStateException} where a buffer
 * was closed; {@link OutOfDeviceMemoryException} where the device has no room, and {@link DeviceException} where it
 * fails.
 *
 * <p>A backend serves one thread at a time: while a thread is in an operation of it, or of what it made, every other thread
 * is refused with {@link IllegalStateException}, and the operation goes on undisturbed. Threads may follow one another if
 * they see to it that the one has ended when the other begins. Backends in several threads do not disturb each other.
 */
public abstract class Backend extends ImageOperations implements AutoCloseable {
    /** What computes, in one line: device, threads, kernels, libraries. */
    public abstract String describe();

    /** The name on the command line: cpu or cuda. */
    public abstract String device();

    /** Waits until everything enqueued is done. */
    public abstract void synchronize();

    /**
     * Gives back everything that was not given back before; buffers of this backend are closed with it. If another thread is
     * in an operation, waits for its end, which comes soon: calls within it are refused from now on. Closing twice does
     * nothing.
     *
     * @throws IllegalStateException from within an operation of the same thread, as {@link #record} and {@link #alone} run,
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
     * Gives back several things as one, also after {@link #close}.
     *
     * @throws IllegalStateException if another thread is in an operation
     */
    public final void giveBack(Runnable closing) {
        owner.release(notNull("closing", closing));
    }

    /** Implements {@link #record}; the operations are not null. */
    protected abstract Recording recordKernel(Runnable operations);

    // ---- recordings

    /**
     * Records operations of this backend for {@link Recording#replay}: on a GPU as a CUDA graph, whose replay costs the
     * host one call. Recording does nothing to any buffer.
     *
     * <p>Addresses and sizes are those of the recording; what changes from run to run must lie in buffers or in the
     * {@link StepState}. Whatever waits for the device or makes room there (downloads, uploads, reading and resetting
     * totals, feeds, allocations, setting states) cannot be part of it and is refused with {@link
     * IllegalStateException}, at the latest at the first replay.
     *
     * @param operations run once now or at every replay, as the device likes; must do the same each time
     * @return owned by the caller
     */
    public final Recording record(Runnable operations) {
        notNull("operations", operations);
        return owner.get(() -> new OwnedRecording(owner, recordKernel(operations)));
    }

    // ---- memory

    /** What the device's memory holds now. */
    public abstract MemoryUse memory();

    /** Zeroed floats, owned by the caller. */
    public final DeviceFloats allocate(long length) {
        return owner.get(() -> kernels().memory().allocate(atLeastOne("length", length)));
    }

    /** Zeroed integers, owned by the caller. */
    public final DeviceInts allocateInts(long length) {
        return owner.get(() -> kernels().memory().allocateInts(atLeastOne("length", length)));
    }

    /** A step state at step 0 and learning rate 0, owned by the caller. */
    public final StepState newStepState(long seed) {
        return owner.get(() -> kernels().memory().newStepState(seed));
    }

    /** An empty accumulator, owned by the caller. */
    public final LossAccumulator newLossAccumulator() {
        return owner.get(() -> kernels().memory().newLossAccumulator());
    }

    /**
     * A feed for batches of up to so many features and labels, owned by the caller.
     *
     * @param features floats of a slot, at least 1
     * @param labels integers of a slot, at least 1
     */
    public final BatchFeed newBatchFeed(int features, int labels) {
        atLeastOne("features", features);
        atLeastOne("labels", labels);
        return owner.get(() -> new OwnedFeed(owner, kernels().memory().newBatchFeed(features, labels)));
    }

    /** A timer on the device's clock, owned by the caller. */
    public final DeviceTimer newTimer() {
        return owner.get(() -> new OwnedTimer(owner, kernels().memory().newTimer()));
    }

    /** Copies host to device: all of {@code to}. */
    public final void upload(float[] from, int offset, DeviceFloats to) {
        holds("to", to, 1);
        Checks.window("from", notNull("from", from).length, offset, to.length());
        owner.run(() -> kernels().memory().upload(from, offset, to));
    }

    /** Copies host to device: all of {@code to}. */
    public final void upload(int[] from, int offset, DeviceInts to) {
        holds("to", to, 1);
        Checks.window("from", notNull("from", from).length, offset, to.length());
        owner.run(() -> kernels().memory().upload(from, offset, to));
    }

    /** Copies device to host: all of {@code from}; waits for the device. */
    public final void download(DeviceFloats from, float[] to, int offset) {
        holds("from", from, 1);
        Checks.window("to", notNull("to", to).length, offset, from.length());
        owner.run(() -> kernels().memory().download(from, to, offset));
    }

    /** The contents of a buffer; waits for the device. */
    public final float[] download(DeviceFloats from) {
        holds("from", from, 1);
        if (from.length() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "from is longer than a Java array; download slices of it: from.length=" + from.length());
        }
        float[] to = new float[(int) from.length()];
        owner.run(() -> kernels().memory().download(from, to, 0));
        return to;
    }

    // ---- vectors

    /** {@code x = value} everywhere. */
    public final void fill(DeviceFloats x, float value) {
        holds("x", x, 1);
        owner.run(() -> kernels().vectors().fill(x, value));
    }

    /** {@code to = from}, of equal lengths. */
    public final void copy(DeviceFloats from, DeviceFloats to) {
        holds("from", from, 1);
        Checks.equalLengths("from", from, "to", to);
        distinct("from", from, "to", to);
        owner.run(() -> kernels().vectors().copy(from, to));
    }

    /** {@code to = from}, of equal lengths; no wait for the device, so that it can be part of a recording. */
    public final void copy(DeviceInts from, DeviceInts to) {
        holds("from", from, 1);
        Checks.equalLengths("from", from, "to", to);
        distinct("from", from, "to", to);
        owner.run(() -> kernels().vectors().copy(from, to));
    }

    /** {@code y = y + alpha x}, of equal lengths. */
    public final void axpy(float alpha, DeviceFloats x, DeviceFloats y) {
        holds("x", x, 1);
        Checks.equalLengths("x", x, "y", y);
        distinct("x", x, "y", y);
        owner.run(() -> kernels().vectors().axpy(alpha, x, y));
    }

    /** {@code to = a b} for the first {@code length} elements; {@code to} may be either factor. */
    public final void multiply(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        holds("a", a, atLeastOne("length", length));
        holds("b", b, length);
        holds("to", to, length);
        distinctOrSame("a", a, "to", to);
        distinctOrSame("b", b, "to", to);
        owner.run(() -> kernels().vectors().multiply(length, a, b, to));
    }

    /** {@code to = to + alpha a b} for the first {@code length} elements. */
    public final void multiplyAdd(long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        holds("a", a, atLeastOne("length", length));
        holds("b", b, length);
        holds("to", to, length);
        distinct("a", a, "to", to);
        distinct("b", b, "to", to);
        owner.run(() -> kernels().vectors().multiplyAdd(length, alpha, a, b, to));
    }

    /** {@code to[r, :] = a[r, :] row[:]}: every row of {@code width} floats by the same one; {@code to} may be {@code a}. */
    public final void multiplyRows(long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to) {
        holds("row", row, atLeastOne("width", width));
        long size = elements(atLeastOne("rows", rows), width);
        holds("a", a, size);
        holds("to", to, size);
        distinctOrSame("a", a, "to", to);
        distinct("row", row, "to", to);
        owner.run(() -> kernels().vectors().multiplyRows(rows, width, a, row, to));
    }

    /**
     * Uniforms in {@code (low, high]}: elements {@code first, first + 1, ...} of cuRAND's stream of the seed ({@link
     * org.pernodedrop.mask.CurandStream}), times {@code high - low}, rounded, plus {@code low}; the same bits on every
     * device.
     */
    public final void fillUniform(long seed, long first, float low, float high, DeviceFloats x) {
        holds("x", x, 1);
        Checks.streamWindow(first, x.length());
        if (!(low < high && Float.isFinite(high - low))) {
            throw new IllegalArgumentException(
                    "low must be below high, and both finite: low=" + low + ", high=" + high);
        }
        owner.run(() -> kernels().randomFills().uniform(seed, first, low, high, x));
    }

    /** Normals: elements of cuRAND's stream as for {@link #fillUniform}; devices agree within 1e-5 deviations. */
    public final void fillNormal(long seed, long first, float mean, float deviation, DeviceFloats x) {
        holds("x", x, 1);
        Checks.streamWindow(first, x.length());
        if (!(deviation > 0 && Float.isFinite(deviation) && Float.isFinite(mean))) {
            throw new IllegalArgumentException(
                    "mean must be finite and deviation finite and above 0: mean=" + mean + ", deviation=" + deviation);
        }
        owner.run(() -> kernels().randomFills().normal(seed, first, mean, deviation, x));
    }

    // ---- dense layers

    /**
     * {@code C[m, n] = alpha op(A) op(B) + beta C}, with {@code op(A)[m, k]} and {@code op(B)[k, n]}, where op is the
     * transpose if asked for. If beta is 0, C is not read.
     */
    public final void matrixProduct(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            DeviceFloats a,
            DeviceFloats b,
            float beta,
            DeviceFloats c) {
        holds("a", a, atLeastOne("m", m) * atLeastOne("k", k));
        holds("b", b, (long) k * atLeastOne("n", n));
        holds("c", c, (long) m * n);
        distinct("a", a, "c", c);
        distinct("b", b, "c", c);
        owner.run(() -> kernels().matrices().product(transposeA, transposeB, m, n, k, alpha, a, b, beta, c));
    }

    /**
     * {@code C_j[m, n] = op(A_j)[m, k] op(B_j)[k, n]} for each j of a batch; matrix follows upon matrix in each buffer.
     */
    public final void batchedProduct(
            boolean transposeA,
            boolean transposeB,
            int batch,
            int m,
            int n,
            int k,
            DeviceFloats a,
            DeviceFloats b,
            DeviceFloats c) {
        atLeastOne("batch", batch);
        holds("a", a, elements(batch, atLeastOne("m", m) * atLeastOne("k", k)));
        holds("b", b, elements(batch, k * atLeastOne("n", n)));
        holds("c", c, elements(batch, (long) m * n));
        distinct("a", a, "c", c);
        distinct("b", b, "c", c);
        owner.run(() -> kernels().matrices().batchedProduct(transposeA, transposeB, batch, m, n, k, a, b, c));
    }

    /**
     * {@code z = z + bias} by rows, then {@code y = act(z)}, for {@code z, y [B, U]}.
     *
     * @param bias {@code [U]}, or null for none
     * @param y may be z if the activation is linear
     */
    public final void biasActivation(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        notNull("activation", activation);
        holds("z", z, atLeastOne("samples", samples) * atLeastOne("outputs", outputs));
        holds("y", y, (long) samples * outputs);
        checkPreActivation(activation, z, y);
        checkBias(bias, outputs, z, y);
        owner.run(() -> kernels().vectors().biasActivation(activation, samples, outputs, bias, z, y));
    }

    /** {@code dz = dy act'(z)}; {@code y = act(z)} as the forward pass left it; dz may be dy. */
    public final void activationBackward(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        notNull("activation", activation);
        holds("z", z, atLeastOne("length", length));
        holds("y", y, length);
        holds("dy", dy, length);
        holds("dz", dz, length);
        distinct("z", z, "dz", dz);
        distinct("y", y, "dz", dz);
        distinctOrSame("dy", dy, "dz", dz);
        owner.run(() -> kernels().vectors().activationBackward(activation, length, z, y, dy, dz));
    }

    /** {@code sums[u] = sum_b x[b, u]}, in an order that the sizes and the device determine. */
    public final void columnSums(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        holds("x", x, atLeastOne("samples", samples) * atLeastOne("outputs", outputs));
        holds("sums", sums, outputs);
        distinct("x", x, "sums", sums);
        owner.run(() -> kernels().vectors().columnSums(samples, outputs, x, sums));
    }

    // ---- masks

    /**
     * The PerNodeDrop layer: {@code z[b, t, u] = sum_i x[b, t, i] w[i, u] m[first + b, i, u] + bias[u]}, {@code y =
     * act(z)}. The mask is drawn on the way and, unless packed, never stored; the positions t of a sample share it. At drop
     * rate 0 this is an ordinary dense layer.
     *
     * <p>With several positions a GPU multiplies on its tensor cores, at the backend's {@link BackendOptions#sequences
     * precision for sequences}.
     *
     * @param mask of connection granularity, not fixed
     * @param firstSample index of sample 0 in the global batch, at least 0
     * @param bias {@code [U]}, or null for none
     * @param y may be z if the activation is linear
     * @param packed receives the kept bits for {@link #connectionBackward}, at least {@link #packedLength}; null to have
     *     them drawn again there. Only for Bernoulli noise and one position a sample
     */
    public final void connectionForward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y,
            DeviceInts packed) {
        checkConnections(mask, firstSample, shape);
        notNull("activation", activation);
        holds("x", x, shape.inputSize());
        holds("w", w, shape.weightSize());
        holds("z", z, shape.outputSize());
        holds("y", y, shape.outputSize());
        checkPreActivation(activation, z, y);
        checkBias(bias, shape.outputs(), z, y);
        distinct("x", x, "z", z);
        distinct("w", w, "z", z);
        distinct("x", x, "y", y);
        distinct("w", w, "y", y);
        checkPacked(mask, shape, packed);
        if (mask.spec().isIdentity()) {
            owner.run(() -> {
                kernels()
                        .matrices()
                        .product(false, false, shape.rows(), shape.outputs(), shape.inputs(), 1, x, w, 0, z);
                kernels().vectors().biasActivation(activation, shape.rows(), shape.outputs(), bias, z, y);
            });
            return;
        }
        owner.run(() ->
                kernels().connectionPasses().forward(mask, firstSample, shape, activation, x, w, bias, z, y, packed));
    }

    /**
     * Both backward passes of {@link #connectionForward}, with the very same mask: {@code dx[b, t, i] = sum_u dz[b, t, u]
     * w[i, u] m[first + b, i, u]} and {@code dw[i, u] = sum_b m[first + b, i, u] sum_t dz[b, t, u] x[b, t, i]}. One call, so
     * that a backend may draw the mask once for both.
     *
     * @param dx {@code [B, T, I]}, or null if not wanted
     * @param packed what the forward pass of this mask and shape left there, unchanged since; null to have the bits drawn
     */
    public final void connectionBackward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw,
            DeviceInts packed) {
        checkConnections(mask, firstSample, shape);
        holds("x", x, shape.inputSize());
        holds("w", w, shape.weightSize());
        holds("dz", dz, shape.outputSize());
        holds("dw", dw, shape.weightSize());
        distinct("x", x, "dw", dw);
        distinct("w", w, "dw", dw);
        distinct("dz", dz, "dw", dw);
        if (dx != null) {
            holds("dx", dx, shape.inputSize());
            distinct("x", x, "dx", dx);
            distinct("w", w, "dx", dx);
            distinct("dz", dz, "dx", dx);
            distinct("dw", dw, "dx", dx);
        }
        checkPacked(mask, shape, packed);
        if (mask.spec().isIdentity()) {
            owner.run(() -> {
                kernels()
                        .matrices()
                        .product(true, false, shape.inputs(), shape.outputs(), shape.rows(), 1, x, dz, 0, dw);
                if (dx != null) {
                    kernels()
                            .matrices()
                            .product(false, true, shape.rows(), shape.inputs(), shape.outputs(), 1, dz, w, 0, dx);
                }
            });
            return;
        }
        owner.run(() -> kernels().connectionPasses().backward(mask, firstSample, shape, x, w, dz, dx, dw, packed));
    }

    /** Integers that the packed mask of a layer takes on this device: at least one bit a connection and sample. */
    public final long packedLength(ConnectionShape shape) {
        return kernels().connectionPasses().packedLength(notNull("shape", shape));
    }

    private void checkPacked(LayerMask mask, ConnectionShape shape, DeviceInts packed) {
        if (packed != null) {
            checkPackable(mask, shape);
            if (!mask.spec().isIdentity()) {
                holds("packed", packed, packedLength(shape));
            }
        }
    }

    /**
     * {@code to[b, u] = from[b, u] m[first + b, 0, u]}: node masks and dropout, forward and backward; {@code to} may be
     * {@code from}.
     *
     * @param mask of node granularity
     */
    public final void nodeMask(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        checkSamples(mask, firstSample, samples, outputs);
        if (mask.spec().granularity() != Granularity.NODE) {
            throw new IllegalArgumentException("nodeMask needs a mask of node granularity: mask=" + mask.spec());
        }
        holds("from", from, (long) samples * outputs);
        holds("to", to, (long) samples * outputs);
        distinctOrSame("from", from, "to", to);
        owner.run(() -> kernels().masks().node(mask, firstSample, samples, outputs, from, to));
    }

    /**
     * {@code to[i, u] = from[i, u] m[0, i, u]}: one mask for all samples (fixed masks, DropConnect), on weights and on
     * their gradients; {@code to} may be {@code from}.
     *
     * @param mask of connection granularity
     */
    public final void weightMask(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        checkSamples(mask, 0, 1, outputs);
        checkConnectionGranularity(mask);
        holds("from", from, atLeastOne("inputs", inputs) * outputs);
        holds("to", to, (long) inputs * outputs);
        distinctOrSame("from", from, "to", to);
        owner.run(() -> kernels().masks().weight(mask, inputs, outputs, from, to));
    }

    /** The multipliers {@code m[first + b, i, u]} themselves, {@code [B, I, U]}; for small layers. */
    public final void exportMask(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        checkSamples(mask, firstSample, samples, outputs);
        long perSample = atLeastOne("inputs", inputs) * outputs;
        holds("to", to, perSample > Long.MAX_VALUE / samples ? Long.MAX_VALUE : perSample * samples);
        owner.run(() -> kernels().masks().export(mask, firstSample, samples, inputs, outputs, to));
    }

    /**
     * Gaussian noise of a layer, drawn at its outputs: {@code z[b, u] = z[b, u] + sqrt(v[b, u]) (m[first + b, 0, u] - 1)},
     * with the defined multipliers m of input 0 and the variance {@code v[b, u] = sum_i (x[b, i] w[i, u])^2} of unit noise
     * on every connection. The sum over i of independent normals is normal and independent over b and u, so z is distributed
     * exactly as with a mask on every connection; it is another sample of that distribution.
     *
     * <p>Source: Kingma, Salimans and Welling, "Variational Dropout and the Local Reparameterization Trick", arXiv
     * 1506.02557, section 2.2.
     *
     * @param mask Gaussian, of connection granularity, not fixed
     * @param variance {@code [B, U]}, at least 0
     */
    public final void reparameterize(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z) {
        checkReparameterized(mask, firstSample, samples, outputs);
        holds("variance", variance, (long) samples * outputs);
        holds("z", z, (long) samples * outputs);
        distinct("variance", variance, "z", z);
        owner.run(() -> kernels().masks().reparameterize(mask, firstSample, samples, outputs, variance, z));
    }

    /**
     * The gradient of {@link #reparameterize} for the variance: {@code dv[b, u] = dz[b, u] (m[first + b, 0, u] - 1) / (2
     * sqrt(v[b, u]))}, and 0 where v is 0.
     *
     * @param dVariance may be dz
     */
    public final void reparameterizeBackward(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            DeviceFloats variance,
            DeviceFloats dz,
            DeviceFloats dVariance) {
        checkReparameterized(mask, firstSample, samples, outputs);
        holds("variance", variance, (long) samples * outputs);
        holds("dz", dz, (long) samples * outputs);
        holds("dVariance", dVariance, (long) samples * outputs);
        distinct("variance", variance, "dVariance", dVariance);
        distinctOrSame("dz", dz, "dVariance", dVariance);
        owner.run(() ->
                kernels().masks().reparameterizeBackward(mask, firstSample, samples, outputs, variance, dz, dVariance));
    }

    // ---- losses

    /**
     * Softmax cross-entropy of logits {@code [B, C]} against labels {@code [B]} in [0, C): adds loss and hits to the
     * totals and writes the gradient of the mean loss, {@code (softmax - onehot) / B}. A hit is a sample whose largest
     * logit, the first of equals, is its label's. Labels are trusted on accelerators; the CPU refuses those out of range.
     *
     * @param gradient {@code [B, C]}, or null if not wanted; may be the logits
     * @param state gives the step that a non-finite loss is reported with
     */
    public final void softmaxCrossEntropy(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals) {
        holds("logits", logits, atLeastOne("samples", samples) * atLeastOne("classes", classes));
        holds("labels", labels, samples);
        if (gradient != null) {
            holds("gradient", gradient, (long) samples * classes);
            distinctOrSame("logits", logits, "gradient", gradient);
        }
        owner.run(() -> kernels()
                .losses()
                .softmaxCrossEntropy(
                        notNull("state", state),
                        samples,
                        classes,
                        logits,
                        labels,
                        gradient,
                        notNull("totals", totals)));
    }

    /**
     * Mean squared error of predictions against targets, both {@code [B, U]}: a sample's loss is the mean over its U
     * outputs; the gradient is that of the mean over samples, {@code 2 (prediction - target) / (B U)}.
     *
     * @param gradient {@code [B, U]}, or null if not wanted; may be the predictions
     */
    public final void meanSquaredError(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals) {
        holds("predictions", predictions, atLeastOne("samples", samples) * atLeastOne("outputs", outputs));
        holds("targets", targets, (long) samples * outputs);
        if (gradient != null) {
            holds("gradient", gradient, (long) samples * outputs);
            distinct("targets", targets, "gradient", gradient);
            distinctOrSame("predictions", predictions, "gradient", gradient);
        }
        owner.run(() -> kernels()
                .losses()
                .meanSquaredError(
                        notNull("state", state),
                        samples,
                        outputs,
                        predictions,
                        targets,
                        gradient,
                        notNull("totals", totals)));
    }

    // ---- optimizers and batches

    /**
     * Gradient descent with momentum mu at the state's learning rate r: {@code v = mu v + g; w = w - r v}; with Nesterov's
     * look-ahead {@code w = w - r (g + mu v)}.
     *
     * @param momentum mu, in [0, 1)
     */
    public final void sgd(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        notNull("state", state);
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be in [0, 1): momentum=" + momentum);
        }
        checkOptimizer(w, g, v);
        owner.run(() -> kernels().optimizers().sgd(state, momentum, nesterov, w, g, v));
    }

    /**
     * Adam at the state's learning rate r and step t - 1: {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w = w -
     * r (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w)}.
     */
    public final void adam(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        notNull("state", state);
        notNull("settings", settings);
        checkOptimizer(w, g, m);
        checkOptimizer(w, g, v);
        distinct("m", m, "v", v);
        owner.run(() -> kernels().optimizers().adam(state, settings, w, g, m, v));
    }

    /**
     * Refuses a state whose last step was made, so that an update need not begin what {@link #advance} would refuse. In a
     * recording, each replay refuses it beforehand.
     *
     * @throws IllegalStateException if the state is behind {@link StepState#LAST_STEP}
     */
    public final void requireStep(StepState state) {
        owner.run(() -> kernels().optimizers().requireStep(notNull("state", state)));
    }

    /**
     * The next step: {@code step = step + 1}. From {@link StepState#LAST_STEP} on, this leads behind it, where there are no
     * masks and no further steps.
     *
     * @throws IllegalStateException as {@link #requireStep}
     */
    public final void advance(StepState state) {
        owner.run(() -> kernels().optimizers().advance(notNull("state", state)));
    }

    /** {@code to[r, :] = from[rows[r], :]} for r below count; rows of {@code width} floats; row numbers are
     * trusted on accelerators, the CPU refuses those out of range. */
    public final void gatherRows(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        holds("rows", rows, atLeastOne("count", count));
        holds("from", from, atLeastOne("width", width));
        holds("to", to, (long) count * width);
        distinct("from", from, "to", to);
        owner.run(() -> kernels().gathers().rows(count, width, from, rows, to));
    }

    /** {@code to[r] = from[rows[r]]} for r below count; row numbers as for {@link #gatherRows}. */
    public final void gatherLabels(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        holds("rows", rows, atLeastOne("count", count));
        holds("from", from, 1);
        holds("to", to, count);
        distinct("from", from, "to", to);
        distinct("rows", rows, "to", to);
        owner.run(() -> kernels().gathers().labels(count, from, rows, to));
    }
}
