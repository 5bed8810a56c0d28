package org.pernodedrop.nn;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/**
 * Sizes and parameters of a dense layer, or of a convolution as a product of unfolded windows.
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

    /** The operands of a forward pass. */
    ForwardPass<DeviceFloats> forward(DeviceFloats x, DeviceFloats z, DeviceFloats y) {
        return new ForwardPass<>(activation, x, weight.values(), bias == null ? null : bias.values(), z, y);
    }

    /** The operands of a backward pass, which writes the weight's gradient; dx and db are null if not wanted. */
    BackwardPass<DeviceFloats> backward(DeviceFloats x, DeviceFloats dz, DeviceFloats dx, DeviceFloats db) {
        return new BackwardPass<>(x, weight.values(), dz, dx, weight.gradient(), db);
    }

    /** Where the bias's gradient goes; null without a bias. */
    DeviceFloats biasGradient() {
        return bias == null ? null : bias.gradient();
    }
}
