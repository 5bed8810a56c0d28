package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.pernodedrop.app.bench.ResultRow.MayBeNull;
import org.pernodedrop.app.bench.ResultRow.Quartiles;

/**
 * One network, trained: a line of results.
 *
 * @param run the {@link RunRow} that it belongs to
 * @param data what it was trained on
 * @param examples of an epoch
 * @param features of an example
 * @param network its layers, as on the command line
 * @param batchSize samples of a step
 * @param regularizer of the hidden layers
 * @param strategy how pernodedrop is computed; null for the others
 * @param noise of the masks; null without a regularizer
 * @param dropRate as asked for; null without a regularizer
 * @param graphs whether steps were CUDA graphs
 * @param repetitions epochs that were timed, after one that warmed up
 * @param epoch seconds of training steps, evaluations left out
 * @param samplesPerSecond by the median
 * @param peakMemoryBytes most bytes of the device's memory so far in the run
 */
public record TrainingRow(
        String run,
        String data,
        int examples,
        int features,
        String network,
        int batchSize,
        String regularizer,
        @MayBeNull String strategy,
        @MayBeNull String noise,
        @MayBeNull Double dropRate,
        boolean graphs,
        int repetitions,
        @JsonUnwrapped(prefix = "epoch_") Quartiles epoch,
        @JsonProperty("samples_per_s") double samplesPerSecond,
        long peakMemoryBytes)
        implements ResultRow {}
