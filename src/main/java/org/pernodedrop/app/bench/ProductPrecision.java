package org.pernodedrop.app.bench;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.strategy.Strategy;

/** What the factors of a product keep under a backend's precision; sums are always in single precision. */
final class ProductPrecision {
    private ProductPrecision() {}

    /** The largest error of a sum that is allowed, relative to the sum of its terms' magnitudes. */
    static double tolerance(Precision precision) {
        return switch (precision) {
            case FP32 -> 3e-5;
            // Each product within 2^-10.
            case TF32 -> 2e-3;
            // Each product within 2^-8.
            case BF16 -> 8e-3;
            // Each product within 2^-16.
            case BF16X2 -> 5e-5;
        };
    }

    /** Of ordinary matrix products. */
    static Precision ofMatrices(Backend backend, BackendOptions options) {
        Precision wanted = options.precision();
        if (isCpu(backend)) {
            return withoutTf32(wanted);
        }
        return wanted == Precision.BF16X2 ? Precision.FP32 : wanted;
    }

    /** Of a layer with masks on connections. */
    static Precision of(Strategy strategy, ConnectionShape shape, Backend backend, BackendOptions options) {
        if (strategy != Strategy.FUSED && strategy != Strategy.PACKED) {
            return ofMatrices(backend, options);
        }
        Precision wanted = options.precision();
        return isCpu(backend) || shape.positions() == 1 ? withoutTf32(wanted) : wanted.onTensorCores();
    }

    // The CPU has none, and on a GPU neither have connection kernels, which take one position.
    private static Precision withoutTf32(Precision wanted) {
        return wanted == Precision.TF32 ? Precision.FP32 : wanted;
    }

    private static boolean isCpu(Backend backend) {
        return backend.device().equals(Device.CPU.toString());
    }
}
