package org.pernodedrop.kernels;

import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** What the kernels refuse wherever their operands lie. */
final class KernelChecks {
    private KernelChecks() {}

    static <T> T notNull(String name, T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return value;
    }

    static void checkConnections(MaskSpec spec, ConnectionShape shape) {
        notNull("mask", spec);
        notNull("shape", shape);
        if (spec.granularity() != Granularity.CONNECTION) {
            throw new IllegalArgumentException("a mask of connection granularity is needed: mask=" + spec);
        }
        if (spec.fixed()) {
            throw new IllegalArgumentException("a fixed mask is the same for all samples; export it once, multiply the"
                    + " weights by it, and use an ordinary product: mask=" + spec);
        }
    }

    static void checkFirstSample(int firstSample, ConnectionShape shape) {
        if (firstSample < 0 || firstSample > Integer.MAX_VALUE - shape.samples()) {
            throw new IllegalArgumentException("firstSample must be at least 0, and firstSample + samples below 2^31:"
                    + " firstSample=" + firstSample + ", samples=" + shape.samples());
        }
    }

    static void checkPackable(MaskSpec spec, ConnectionShape shape) {
        if (spec.noise() != Noise.BERNOULLI || spec.isIdentity()) {
            throw new IllegalArgumentException(
                    "only Bernoulli masks of a drop rate above 0 are bits that can be packed;"
                            + " packed must be null: mask=" + spec);
        }
        if (shape.positions() != 1) {
            throw new IllegalArgumentException(
                    "masks are packed for one position a sample only, as many positions share"
                            + " the drawing; packed must be null: shape=" + shape);
        }
    }

    /** Rows of an exported mask: {@code B I}, which must be a number of rows. */
    static int exportRows(ConnectionShape shape) {
        long rows = (long) shape.samples() * shape.inputs();
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "samples x inputs of an exported mask must be below 2^31; export fewer samples at a time: shape="
                            + shape);
        }
        return (int) rows;
    }
}
