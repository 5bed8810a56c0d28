package org.pernodedrop.kernels;

/**
 * Sizes of a layer's products: inputs {@code x [B, T, I]}, weights {@code w [I, U]}, outputs {@code y [B, T, U]}, row-major.
 * The T positions of a sample share its mask {@code m [B, I, U]}; with one position this is {@code [B, I]} and {@code [B,
 * U]}.
 *
 * @param samples B, at least 1
 * @param positions T, at least 1
 * @param inputs I, at least 1
 * @param outputs U, at least 1
 */
public record ConnectionShape(int samples, int positions, int inputs, int outputs) {
    /** Refuses sizes below 1, and more than 2^31 - 1 rows. */
    public ConnectionShape {
        Arguments.atLeastOne("samples", samples);
        Arguments.atLeastOne("positions", positions);
        Arguments.atLeastOne("inputs", inputs);
        Arguments.atLeastOne("outputs", outputs);
        if ((long) samples * positions > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("samples x positions must be below 2^31; take smaller batches: samples="
                    + samples + ", positions=" + positions);
        }
    }

    /** One position a sample. */
    public static ConnectionShape of(int samples, int inputs, int outputs) {
        return new ConnectionShape(samples, 1, inputs, outputs);
    }

    /** Rows of x and y: {@code B T}. */
    public int rows() {
        return samples * positions;
    }

    /** Floats of x: {@code B T I}. */
    public long inputSize() {
        return (long) rows() * inputs;
    }

    /** Floats of w: {@code I U}. */
    public long weightSize() {
        return (long) inputs * outputs;
    }

    /** Floats of y: {@code B T U}. */
    public long outputSize() {
        return (long) rows() * outputs;
    }
}
