package org.pernodedrop.kernels;

import java.util.Locale;

/**
 * How a GPU's tensor cores multiply where several positions share a mask ({@code MaskedProducts.forward} with T above
 * 1). Factors are rounded, sums are in single precision. The CPU computes in single precision throughout.
 */
public enum MultiPositionPrecision {
    /** Factors keep 10 bits of mantissa and the exponent of a float. */
    TF32,
    /** Factors keep 7 bits of mantissa and the exponent of a float; about twice as fast. */
    BF16;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
