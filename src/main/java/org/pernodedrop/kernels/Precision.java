package org.pernodedrop.kernels;

import java.util.Locale;

/**
 * How the factors of all products are rounded; sums are in single precision. docs/strategies.md says in one table what
 * each product does under each.
 *
 * <p>Rounding to bf16 is to the nearest of the numbers with 8 significant bits and the exponent of a float, to the even one
 * of two that are as near; beyond the largest that is infinity. Two terms of bf16 are {@code hi = bf16(v)} and {@code lo =
 * bf16(v - hi)}; their sum, a float, is within 2^-17 of v, relative to it. NaN stays NaN, and infinity stays infinity.
 */
public enum Precision {
    /** Not at all, except on tensor cores, which several positions of a sample take on a GPU: they round to TF32. */
    FP32,
    /** Ordinary products on a GPU to TF32, 11 significant bits; all others as under {@link #FP32}. */
    TF32,
    /** To bf16, 8 significant bits. */
    BF16,
    /** Products with masks on connections keep at least two terms of bf16, 16 bits, if they do not keep all. */
    BF16X2;

    /** What a GPU's tensor cores round to where several positions share a mask: there are kernels for TF32 and for BF16. */
    public Precision onTensorCores() {
        return this == BF16 ? BF16 : TF32;
    }

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
