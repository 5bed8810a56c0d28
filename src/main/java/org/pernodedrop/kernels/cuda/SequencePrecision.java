package org.pernodedrop.kernels.cuda;

import java.util.Locale;

/** What the tensor cores multiply in the sequence kernels. Sums are single precision in either. */
public enum SequencePrecision {
    /** Floats, of which products take 10 bits of fraction: an operand's error is below 2^-10 of itself. */
    TF32,
    /** Floats rounded to bf16: an operand's error is at most 2^-8 of itself. Twice the throughput of TF32. */
    BF16;

    /** Words of 32 bits that n numbers along a sum's dimension take. */
    long words(long n) {
        return this == BF16 ? (n + 1) / 2 : n;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
