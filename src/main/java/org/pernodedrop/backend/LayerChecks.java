package org.pernodedrop.backend;

import static org.pernodedrop.backend.Checks.atLeastOne;
import static org.pernodedrop.backend.Checks.distinct;
import static org.pernodedrop.backend.Checks.distinctOrSame;
import static org.pernodedrop.backend.Checks.holds;
import static org.pernodedrop.backend.Checks.notNull;

import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;

/** The checks that operations on layers share. */
final class LayerChecks {
    private LayerChecks() {}

    static void checkSamples(LayerMask mask, int firstSample, int samples, int outputs) {
        notNull("mask", mask);
        atLeastOne("samples", samples);
        atLeastOne("outputs", outputs);
        if (firstSample < 0 || firstSample > Integer.MAX_VALUE - samples) {
            throw new IllegalArgumentException("firstSample must be at least 0, and firstSample + samples below 2^31:"
                    + " firstSample=" + firstSample + ", samples=" + samples);
        }
    }

    static void checkConnectionGranularity(LayerMask mask) {
        if (mask.spec().granularity() != Granularity.CONNECTION) {
            throw new IllegalArgumentException("a mask of connection granularity is needed: mask=" + mask.spec());
        }
    }

    static void checkConnections(LayerMask mask, int firstSample, ConnectionShape shape) {
        notNull("shape", shape);
        checkSamples(mask, firstSample, shape.samples(), shape.outputs());
        checkConnectionGranularity(mask);
        if (mask.spec().fixed()) {
            throw new IllegalArgumentException("a fixed mask is the same for all samples; multiply the weights by it"
                    + " (weightMask) and use matrixProduct: mask=" + mask.spec());
        }
    }

    static void checkPackable(LayerMask mask, ConnectionShape shape) {
        if (mask.spec().noise() != Noise.BERNOULLI) {
            throw new IllegalArgumentException(
                    "only Bernoulli masks are bits that can be packed; packed must be null: mask=" + mask.spec());
        }
        if (shape.positions() != 1) {
            throw new IllegalArgumentException(
                    "masks are packed for one position a sample only, as many positions share"
                            + " the drawing; packed must be null: shape=" + shape);
        }
    }

    static void checkReparameterized(LayerMask mask, int firstSample, int samples, int outputs) {
        checkSamples(mask, firstSample, samples, outputs);
        checkConnectionGranularity(mask);
        if (mask.spec().noise() != Noise.GAUSSIAN || mask.spec().fixed()) {
            throw new IllegalArgumentException("only Gaussian noise that is drawn for every sample can be drawn at the"
                    + " outputs: mask=" + mask.spec());
        }
    }

    static void checkPreActivation(Activation activation, DeviceFloats z, DeviceFloats y) {
        if (activation == Activation.LINEAR) {
            distinctOrSame("z", z, "y", y);
        } else {
            distinct("z", z, "y", y);
        }
    }

    static void checkBias(DeviceFloats bias, int outputs, DeviceFloats z, DeviceFloats y) {
        if (bias != null) {
            holds("bias", bias, outputs);
            distinct("bias", bias, "z", z);
            distinct("bias", bias, "y", y);
        }
    }

    static void checkOptimizer(DeviceFloats w, DeviceFloats g, DeviceFloats moment) {
        holds("w", w, 1);
        Checks.equalLengths("w", w, "g", g);
        Checks.equalLengths("w", w, "moment", moment);
        distinct("w", w, "g", g);
        distinct("w", w, "moment", moment);
        distinct("g", g, "moment", moment);
    }
}
