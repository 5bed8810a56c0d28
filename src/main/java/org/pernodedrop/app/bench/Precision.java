package org.pernodedrop.app.bench;

import java.util.Locale;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.strategy.Strategy;

/** Precision that factors of products are rounded to; sums are always in single precision. */
public enum Precision {
    /** Not at all. */
    FP32(3e-5),
    /** 10 bits of mantissa: each product within 2^-10. */
    TF32(2e-3),
    /** 7 bits of mantissa: each product within 2^-8. */
    BF16(8e-3);

    private final double tolerance;

    Precision(double tolerance) {
        this.tolerance = tolerance;
    }

    /** The largest error of a sum that is allowed, relative to the sum of its terms' magnitudes. */
    double tolerance() {
        return tolerance;
    }

    /** Of ordinary matrix products. */
    static Precision ofMatrices(Backend backend, BackendOptions options) {
        return isCpu(backend) ? FP32 : valueOf(options.precision().name());
    }

    /** Of products with masks that positions share. */
    static Precision ofMultiPosition(Backend backend, BackendOptions options) {
        return isCpu(backend) ? FP32 : valueOf(options.multiPosition().name());
    }

    /** Of a layer with masks on connections. */
    static Precision of(Strategy strategy, ConnectionShape shape, Backend backend, BackendOptions options) {
        if (strategy == Strategy.FUSED || strategy == Strategy.PACKED) {
            return shape.positions() == 1 ? FP32 : ofMultiPosition(backend, options);
        }
        return ofMatrices(backend, options);
    }

    private static boolean isCpu(Backend backend) {
        return backend.device().equals(Device.CPU.toString());
    }

    /** The name in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
