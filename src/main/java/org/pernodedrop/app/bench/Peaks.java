package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a device reached right before the layers were timed.
 *
 * @param productSize n of the square matrix products
 * @param fp32MaddsPerSecond of the fastest product in single precision
 * @param tf32MaddsPerSecond of the fastest product with factors of 10 bits; null where the device has none
 * @param copyBytes that were copied
 * @param bandwidth bytes a second of the fastest copy, read and written
 */
public record Peaks(
        int productSize,
        @JsonProperty("fp32_madds_per_s") double fp32MaddsPerSecond,
        @MayBeNull @JsonProperty("tf32_madds_per_s") Double tf32MaddsPerSecond,
        long copyBytes,
        @JsonProperty("bytes_per_s") double bandwidth) {
    /** The yardstick of a precision; for factors of 7 bits, which no ordinary product has, it is that of 10 bits. */
    double maddsPerSecond(Precision precision) {
        return precision == Precision.FP32 || tf32MaddsPerSecond == null ? fp32MaddsPerSecond : tf32MaddsPerSecond;
    }
}
