package org.pernodedrop.app.bench;

import org.pernodedrop.kernels.ConnectionShape;

/**
 * What a layer's forward and backward pass together cannot do without, whatever the strategy.
 *
 * @param madds multiplications of a value by a weight, each with its addition: {@code 3 B T I U}, one for y, one for dx,
 *     one for dw
 * @param leastBytes operands and results, each moved once: forward x, w, bias in and z, y out; backward x, w, z, dy in
 *     and dx, dw, db out. No mask is among them
 */
record Costs(double madds, double leastBytes) {
    static Costs of(ConnectionShape shape) {
        double rows = shape.rows();
        double inputs = shape.inputs();
        double outputs = shape.outputs();
        double forward = rows * inputs + inputs * outputs + outputs + 2 * rows * outputs;
        double backward = 2 * rows * inputs + 2 * inputs * outputs + outputs + 2 * rows * outputs;
        return new Costs(3 * rows * inputs * outputs, Float.BYTES * (forward + backward));
    }

    /** Multiply-adds a byte. */
    double intensity() {
        return madds / leastBytes;
    }

    double maddsPerSecond(double micros) {
        return madds / (micros * 1e-6);
    }

    /** @param peak multiply-adds a second */
    double percentOfPeak(double micros, double peak) {
        return 100 * maddsPerSecond(micros) / peak;
    }

    /** @param bandwidth bytes a second */
    double percentOfBandwidth(double micros, double bandwidth) {
        return 100 * leastBytes / (micros * 1e-6) / bandwidth;
    }
}
