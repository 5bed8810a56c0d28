package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.pernodedrop.app.bench.ResultRow.MayBeNull;
import org.pernodedrop.app.bench.ResultRow.Quartiles;

/**
 * A line of results: the training of one network.
 *
 * @param run the {@link RunRow} that it belongs to
 * @param trainedOn the data
 * @param network its layers, as on the command line
 * @param batchSize samples of a step
 * @param regularization of the hidden layers
 * @param graphs whether steps were CUDA graphs
 * @param repetitions epochs that were timed, after one that warmed up
 * @param epoch seconds of training steps, evaluations left out
 * @param samplesPerSecond by the median
 * @param peakMemoryBytes most bytes of the device's memory so far in the run
 */
public record TrainingRow(
        String run,
        @JsonUnwrapped TrainedOn trainedOn,
        String network,
        int batchSize,
        @JsonUnwrapped Regularization regularization,
        boolean graphs,
        int repetitions,
        @JsonUnwrapped(prefix = "epoch_") Quartiles epoch,
        @JsonProperty("samples_per_s") double samplesPerSecond,
        long peakMemoryBytes)
        implements ResultRow {
    /**
     * The data of a training.
     *
     * @param data its name
     * @param examples of an epoch
     * @param features of an example
     */
    public record TrainedOn(String data, int examples, int features) {}

    /**
     * What hidden layers do against overfitting.
     *
     * @param regularizer by name
     * @param strategy how pernodedrop is computed; null for the others
     * @param noise of the masks; null without a regularizer
     * @param dropRate as asked for; null without a regularizer
     */
    public record Regularization(
            String regularizer, @MayBeNull String strategy, @MayBeNull String noise, @MayBeNull Double dropRate) {}
}
