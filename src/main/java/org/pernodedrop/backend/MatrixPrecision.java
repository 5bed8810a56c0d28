package org.pernodedrop.backend;

import java.util.Locale;

/** How ordinary matrix products multiply; connection kernels are always in single precision. */
public enum MatrixPrecision {
    /** Single precision throughout. */
    FP32,
    /** On GPUs factors are rounded to 10 bits of mantissa for the tensor cores, sums are in single precision. */
    TF32;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
