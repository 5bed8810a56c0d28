package org.pernodedrop.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes of a layer and its batch.
 *
 * @param samples B, at least 1
 * @param inputs I, at least 1
 * @param outputs U, at least 1
 */
public record LayerShape(int samples, int inputs, int outputs) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,10})x([0-9]{1,10})x([0-9]{1,10})");

    /** Refuses sizes below 1. */
    public LayerShape {
        if (samples < 1 || inputs < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "sizes of a shape must be at least 1: shape=" + samples + "x" + inputs + "x" + outputs);
        }
    }

    /**
     * A shape written as BxIxU, as in 128x784x256.
     *
     * @throws IllegalArgumentException if it is not, or if a size is not in [1, 2^31)
     */
    public static LayerShape parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "a shape must be SAMPLESxINPUTSxOUTPUTS, as in 128x784x256: shape=" + text);
        }
        try {
            return new LayerShape(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("sizes of a shape must be below 2^31: shape=" + text, e);
        }
    }

    /** {@code I U}. */
    long connections() {
        return (long) inputs * outputs;
    }

    /** The same layer with another batch. */
    LayerShape withSamples(int newSamples) {
        return new LayerShape(newSamples, inputs, outputs);
    }

    /** As it is parsed. */
    @Override
    public String toString() {
        return samples + "x" + inputs + "x" + outputs;
    }
}
