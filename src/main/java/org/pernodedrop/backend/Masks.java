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

    /** The rows of a mask that belong to a batch, one value for each sample and output. */
    public record Rows(LayerMask mask, int firstSample, int samples, int outputs) {
        /** Values of the mask. */
        public long size() {
            return (long) samples * outputs;
        }

        private void check(String name, DeviceFloats buffer) {
            holds(name, buffer, size());
        }
    }

    /**
     * {@code to[b, u] = from[b, u] m[first + b, 0, u]}: node masks and dropout, forward and backward; {@code to} may be
     * {@code from}.
     *
     * @param mask of node granularity
     */
    public final void multiplyNodes(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        Rows rows = nodes(mask, firstSample, samples, outputs);
        rows.check("from", from);
        rows.check("to", to);
        distinctOrSame("from", from, "to", to);
        run(mask, () -> multiplyNodesKernel(rows, from, to));
    }

    /** Computes {@link #multiplyNodes}. */
    protected abstract void multiplyNodesKernel(Rows rows, DeviceFloats from, DeviceFloats to);

    private static Rows nodes(LayerMask mask, int firstSample, int samples, int outputs) {
        checkSamples(mask, firstSample, samples, outputs);
        if (mask.spec().granularity() != Granularity.NODE) {
            throw new IllegalArgumentException("a mask of node granularity is needed: mask=" + mask.spec());
        }
        return new Rows(mask, firstSample, samples, outputs);
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
        Rows rows = nodes(mask, firstSample, samples, outputs);
        notNull("activation", activation);
        rows.check("p", p);
        rows.check("z", z);
        rows.check("y", y);
        distinctOrSame("p", p, "z", z);
        if (!z.startsAt(y)) {
            distinct("p", p, "y", y);
        }
        Vectors.checkPreActivation(activation, z, y);
        Vectors.checkBias(bias, outputs, z, y);
        run(mask, () -> nodeForwardKernel(rows, activation, p, bias, z, y));
    }

    /** Computes {@link #nodeForward}; unless overridden, step by step. */
    protected void nodeForwardKernel(
            Rows rows, Activation activation, DeviceFloats p, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        multiplyNodesKernel(rows, p, z);
        vectors.biasActivationKernel(activation, rows.samples(), rows.outputs(), bias, z, y);
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
        Rows rows = nodes(mask, firstSample, samples, outputs);
        notNull("activation", activation);
        rows.check("z", z);
        rows.check("y", y);
        rows.check("dy", dy);
        rows.check("dp", dp);
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
        run(mask, () -> nodeBackwardKernel(rows, activation, z, y, dy, dp, db));
    }

    /** Computes {@link #nodeBackward}; unless overridden, step by step. */
    protected void nodeBackwardKernel(
            Rows rows,
            Activation activation,
            DeviceFloats z,
            DeviceFloats y,
            DeviceFloats dy,
            DeviceFloats dp,
            DeviceFloats db) {
        vectors.activationBackwardKernel(activation, rows.size(), z, y, dy, dp);
        if (db != null) {
            vectors.columnSumsKernel(rows.samples(), rows.outputs(), dp, db);
        }
        multiplyNodesKernel(rows, dp, dp);
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
        Rows rows = noise(mask, firstSample, samples, outputs);
        rows.check("variance", variance);
        rows.check("z", z);
        distinct("variance", variance, "z", z);
        run(mask, () -> reparameterizeKernel(rows, variance, z));
    }

    /** Computes {@link #reparameterize}. */
    protected abstract void reparameterizeKernel(Rows rows, DeviceFloats variance, DeviceFloats z);

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
        Rows rows = noise(mask, firstSample, samples, outputs);
        rows.check("variance", variance);
        rows.check("dz", dz);
        rows.check("dVariance", dVariance);
        distinct("variance", variance, "dVariance", dVariance);
        distinctOrSame("dz", dz, "dVariance", dVariance);
        run(mask, () -> reparameterizeBackwardKernel(rows, variance, dz, dVariance));
    }

    /** Computes {@link #reparameterizeBackward}. */
    protected abstract void reparameterizeBackwardKernel(
            Rows rows, DeviceFloats variance, DeviceFloats dz, DeviceFloats dVariance);

    private static Rows noise(LayerMask mask, int firstSample, int samples, int outputs) {
        checkSamples(mask, firstSample, samples, outputs);
        checkConnectionGranularity(mask);
        if (mask.spec().noise() != Noise.GAUSSIAN || mask.spec().fixed()) {
            throw new IllegalArgumentException("only Gaussian noise that is drawn for every sample can be drawn at the"
                    + " outputs: mask=" + mask.spec());
        }
        return new Rows(mask, firstSample, samples, outputs);
    }
}
