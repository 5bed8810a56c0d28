package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.notNull;

import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;

/** Masks multiplied in element by element, and masks written out. */
public abstract class Masks extends BackendTheme {
    private final Vectors vectors;

    /** Masks whose node layers take the activations of {@code vectors} where nothing is fused. */
    protected Masks(KernelRunner runner, Vectors vectors) {
        super(runner);
        this.vectors = vectors;
    }

    /**
     * {@code to[b, u] = from[b, u] m[first + b, 0, u]}: node masks and dropout, forward and backward; {@code to} may be
     * {@code from}.
     *
     * @param mask of node granularity
     */
    public final void multiplyNodes(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        checkNodes(mask, firstSample, samples, outputs);
        holds("from", from, (long) samples * outputs);
        holds("to", to, (long) samples * outputs);
        distinctOrSame("from", from, "to", to);
        run(mask, () -> multiplyNodesKernel(mask, firstSample, samples, outputs, from, to));
    }

    /** Computes {@link #multiplyNodes}. */
    protected abstract void multiplyNodesKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to);

    private static void checkNodes(LayerMask mask, int firstSample, int samples, int outputs) {
        checkSamples(mask, firstSample, samples, outputs);
        if (mask.spec().granularity() != Granularity.NODE) {
            throw new IllegalArgumentException("a mask of node granularity is needed: mask=" + mask.spec());
        }
    }

    /**
     * A layer with a mask on its nodes, from the products p: {@code z[b, u] = p[b, u] m[first + b, 0, u] + bias[u]}, {@code
     * y = act(z)}.
     *
     * @param mask of node granularity
     * @param p {@code [B, U]}
     * @param bias {@code [U]}, or null for none
     * @param z {@code [B, U]}; may be p
     * @param y {@code [B, U]}; may be z if the activation is linear
     */
    public final void nodeForward(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            Activation activation,
            DeviceFloats p,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        checkNodes(mask, firstSample, samples, outputs);
        notNull("activation", activation);
        holds("p", p, (long) samples * outputs);
        holds("z", z, (long) samples * outputs);
        holds("y", y, (long) samples * outputs);
        distinctOrSame("p", p, "z", z);
        if (!z.startsAt(y)) {
            distinct("p", p, "y", y);
        }
        Vectors.checkPreActivation(activation, z, y);
        Vectors.checkBias(bias, outputs, z, y);
        run(mask, () -> nodeForwardKernel(mask, firstSample, samples, outputs, activation, p, bias, z, y));
    }

    /** Computes {@link #nodeForward}; unless overridden, step by step. */
    protected void nodeForwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            Activation activation,
            DeviceFloats p,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        multiplyNodesKernel(mask, firstSample, samples, outputs, p, z);
        vectors.biasActivationKernel(activation, samples, outputs, bias, z, y);
    }

    /**
     * The gradients of {@link #nodeForward}: {@code dp[b, u] = dz[b, u] m[first + b, 0, u]} with {@code dz = dy act'(z)},
     * and {@code db[u] = sum_b dz[b, u]}, in an order that the sizes and the device determine.
     *
     * @param z what the forward pass left there, as y
     * @param dp {@code [B, U]}; may be dy
     * @param db {@code [U]}, or null if not wanted
     */
    public final void nodeBackward(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            Activation activation,
            DeviceFloats z,
            DeviceFloats y,
            DeviceFloats dy,
            DeviceFloats dp,
            DeviceFloats db) {
        checkNodes(mask, firstSample, samples, outputs);
        notNull("activation", activation);
        holds("z", z, (long) samples * outputs);
        holds("y", y, (long) samples * outputs);
        holds("dy", dy, (long) samples * outputs);
        holds("dp", dp, (long) samples * outputs);
        distinct("z", z, "dp", dp);
        distinct("y", y, "dp", dp);
        distinctOrSame("dy", dy, "dp", dp);
        if (db != null) {
            holds("db", db, outputs);
            distinct("z", z, "db", db);
            distinct("y", y, "db", db);
            distinct("dy", dy, "db", db);
            distinct("dp", dp, "db", db);
        }
        run(mask, () -> nodeBackwardKernel(mask, firstSample, samples, outputs, activation, z, y, dy, dp, db));
    }

    /** Computes {@link #nodeBackward}; unless overridden, step by step. */
    protected void nodeBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            Activation activation,
            DeviceFloats z,
            DeviceFloats y,
            DeviceFloats dy,
            DeviceFloats dp,
            DeviceFloats db) {
        vectors.activationBackwardKernel(activation, (long) samples * outputs, z, y, dy, dp);
        if (db != null) {
            vectors.columnSumsKernel(samples, outputs, dp, db);
        }
        multiplyNodesKernel(mask, firstSample, samples, outputs, dp, dp);
    }

    /**
     * {@code to[i, u] = from[i, u] m[0, i, u]}: one mask for all samples (fixed masks, DropConnect), on weights and on
     * their gradients; {@code to} may be {@code from}.
     *
     * @param mask of connection granularity
     */
    public final void multiplyWeights(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        checkSamples(mask, 0, 1, outputs);
        checkConnectionGranularity(mask);
        holds("from", from, atLeastOne("inputs", inputs) * outputs);
        holds("to", to, (long) inputs * outputs);
        distinctOrSame("from", from, "to", to);
        run(mask, () -> multiplyWeightsKernel(mask, inputs, outputs, from, to));
    }

    /** Computes {@link #multiplyWeights}. */
    protected abstract void multiplyWeightsKernel(
            LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to);

    /** The multipliers {@code m[first + b, i, u]} themselves, {@code [B, I, U]}; for small layers. */
    public final void export(LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        checkSamples(mask, firstSample, samples, outputs);
        long perSample = atLeastOne("inputs", inputs) * outputs;
        holds("to", to, perSample > Long.MAX_VALUE / samples ? Long.MAX_VALUE : perSample * samples);
        run(mask, () -> exportKernel(mask, firstSample, samples, inputs, outputs, to));
    }

    /** Computes {@link #export}. */
    protected abstract void exportKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to);

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
        run(mask, () -> reparameterizeKernel(mask, firstSample, samples, outputs, variance, z));
    }

    /** Computes {@link #reparameterize}. */
    protected abstract void reparameterizeKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z);

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
        run(mask, () -> reparameterizeBackwardKernel(mask, firstSample, samples, outputs, variance, dz, dVariance));
    }

    /** Computes {@link #reparameterizeBackward}. */
    protected abstract void reparameterizeBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            DeviceFloats variance,
            DeviceFloats dz,
            DeviceFloats dVariance);

    private static void checkReparameterized(LayerMask mask, int firstSample, int samples, int outputs) {
        checkSamples(mask, firstSample, samples, outputs);
        checkConnectionGranularity(mask);
        if (mask.spec().noise() != Noise.GAUSSIAN || mask.spec().fixed()) {
            throw new IllegalArgumentException("only Gaussian noise that is drawn for every sample can be drawn at the"
                    + " outputs: mask=" + mask.spec());
        }
    }
}
