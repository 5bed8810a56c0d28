package org.pernodedrop.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One line of results.
 *
 * <p>Noise, drop rate and planes are those of the comparison that the line belongs to; the dense layer is timed anew in
 * each and has no mask.
 *
 * @param kind what was timed
 * @param device cpu or cuda
 * @param noise what mask values are drawn from
 * @param samples B
 * @param inputs I
 * @param outputs U
 * @param dropRate as asked for
 * @param effectiveDropRate as drawn
 * @param planes random bits an output needs; 0 where no bits are drawn
 * @param forwardMs median milliseconds of y, bias and ReLU included
 * @param backwardMs median milliseconds of dx, dw and db
 * @param totalMs median milliseconds of both together
 * @param maskBytes memory that holds mask values between the passes; 0 for the PerNodeDrop layer, whose scratch on the
 *     CPU is some tiles a thread
 * @param threads threads on the CPU
 * @param java version of the runtime
 * @param backend the backend's description
 */
@JsonPropertyOrder({
    "kind",
    "device",
    "noise",
    "B",
    "I",
    "U",
    "drop_rate",
    "effective_drop_rate",
    "planes",
    "forward_ms",
    "backward_ms",
    "total_ms",
    "mask_bytes",
    "threads",
    "java",
    "backend"
})
public record Measurement(
        @JsonProperty("kind") String kind,
        @JsonProperty("device") String device,
        @JsonProperty("noise") String noise,
        @JsonProperty("B") int samples,
        @JsonProperty("I") int inputs,
        @JsonProperty("U") int outputs,
        @JsonProperty("drop_rate") double dropRate,
        @JsonProperty("effective_drop_rate") double effectiveDropRate,
        @JsonProperty("planes") int planes,
        @JsonProperty("forward_ms") double forwardMs,
        @JsonProperty("backward_ms") double backwardMs,
        @JsonProperty("total_ms") double totalMs,
        @JsonProperty("mask_bytes") long maskBytes,
        @JsonProperty("threads") int threads,
        @JsonProperty("java") String java,
        @JsonProperty("backend") String backend) {}
