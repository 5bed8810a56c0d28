package org.pernodedrop.kernels;

import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** The checks that public methods of kernels and backends share; messages name the rule, the argument and its value. */
public final class Arguments {
    private Arguments() {}

    /** The value, which must not be null. */
    public static <T> T notNull(String name, T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return value;
    }

    /** The value, which must be at least 1. */
    public static long atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
        return value;
    }

    /** Refuses a window of {@code length} elements from {@code offset} that leaves an array of {@code available}. */
    public static void window(String name, int available, int offset, long length) {
        if (offset < 0 || offset > available - length) {
            throw new IllegalArgumentException(name + " does not hold the elements asked for: " + name + ".length="
                    + available + ", offset=" + offset + ", needed=" + length);
        }
    }

    /** Refuses a leading dimension that lets rows of so many columns overlap. */
    public static void separateRows(String name, int leadingDimension, int columns) {
        if (leadingDimension < columns) {
            throw new IllegalArgumentException(
                    name + " has rows that overlap; its leadingDimension must be at least its columns: " + name
                            + ".leadingDimension=" + leadingDimension + ", columns=" + columns);
        }
    }

    /** Refuses samples whose indices in the global batch leave [0, 2^31). */
    public static void sampleWindow(int firstSample, int samples) {
        if (firstSample < 0 || firstSample > Integer.MAX_VALUE - samples) {
            throw new IllegalArgumentException("firstSample must be at least 0, and firstSample + samples below 2^31:"
                    + " firstSample=" + firstSample + ", samples=" + samples);
        }
    }

    /** Refuses a mask that is not one of connections. */
    public static void connectionGranularity(MaskSpec spec) {
        if (spec.granularity() != Granularity.CONNECTION) {
            throw new IllegalArgumentException("a mask of connection granularity is needed: mask=" + spec);
        }
    }

    /** Refuses a mask that is not drawn for every connection of every sample. */
    public static void connectionMask(MaskSpec spec) {
        connectionGranularity(notNull("mask", spec));
        if (spec.fixed()) {
            throw new IllegalArgumentException("a fixed mask is the same for all samples; export it once, multiply the"
                    + " weights by it, and use an ordinary product: mask=" + spec);
        }
    }

    /** Refuses a mask that has no bits to be packed. */
    public static void packableMask(MaskSpec spec, ConnectionShape shape) {
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

    /** Rows of an exported mask, {@code B I}, which must be below 2^31. */
    public static int exportRows(ConnectionShape shape) {
        long rows = (long) shape.samples() * shape.inputs();
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "samples x inputs of an exported mask must be below 2^31; export fewer samples at a time: shape="
                            + shape);
        }
        return (int) rows;
    }
}
