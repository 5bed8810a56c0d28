package org.pernodedrop.nn;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * What all products of a dense layer work with.
 *
 * @param positions T, rows of a sample
 * @param inputs I
 * @param outputs U
 * @param weight {@code [I, U]}
 * @param bias {@code [U]}, or null for none
 */
record DenseOperands(
        Backend backend,
        Activation activation,
        int positions,
        int inputs,
        int outputs,
        Parameter weight,
        Parameter bias) {

    /** Rows of a batch: {@code B T}. */
    int rows(int samples) {
        return Math.multiplyExact(samples, positions);
    }

    /** The sizes of a batch. */
    ConnectionShape shape(int samples) {
        return new ConnectionShape(samples, positions, inputs, outputs);
    }

    DeviceFloats biasValues() {
        return bias == null ? null : bias.values();
    }
}
