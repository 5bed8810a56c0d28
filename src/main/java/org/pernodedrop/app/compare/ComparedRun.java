package org.pernodedrop.app.compare;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.pernodedrop.app.compare.Plan.Setting;
import org.pernodedrop.train.EpochMetrics;

/**
 * A finished run.
 *
 * @param regularizer what was done against overfitting
 * @param dropRate p; null without a regularizer
 * @param seed what split, initial weights, order and masks followed from
 * @param parameters number of trained values
 * @param failure why training ended without a result, in one line; null if it did not
 * @param testLoss mean loss on the test part, by the network of its best epoch; null after a failure
 * @param testAccuracy share that it got right there; null after a failure
 * @param seconds wall time of all epochs, while other runs may have run beside it
 * @param epochs what was measured; empty after a failure
 */
public record ComparedRun(
        @JsonProperty("regularizer") ComparedRegularizer regularizer,
        @JsonProperty("drop_rate") Double dropRate,
        @JsonProperty("seed") long seed,
        @JsonProperty("parameters") long parameters,
        @JsonProperty("failure") String failure,
        @JsonProperty("test_loss") Double testLoss,
        @JsonProperty("test_accuracy") Double testAccuracy,
        @JsonProperty("seconds") double seconds,
        @JsonProperty("epochs") List<EpochMetrics> epochs) {
    /** Checks that a run has either a failure or results. */
    public ComparedRun {
        if (regularizer == null || epochs == null || epochs.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("a run has a regularizer and epochs, none of them null: regularizer="
                    + regularizer + ", epochs=" + epochs);
        }
        epochs = List.copyOf(epochs);
        new Setting(regularizer, dropRate);
        if ((failure == null) != (!epochs.isEmpty() && testLoss != null && testAccuracy != null)) {
            throw new IllegalArgumentException("a run has either a failure or epochs, test_loss and test_accuracy:"
                    + " failure=" + failure + ", epochs=" + epochs.size());
        }
    }

    /** What it was a run of. */
    public Setting setting() {
        return new Setting(regularizer, dropRate);
    }

    /** Whether there are results. */
    public boolean succeeded() {
        return failure == null;
    }

    /** The epoch of the lowest validation loss, the first of equals; of a run that succeeded. */
    public EpochMetrics best() {
        return epochs.stream()
                .min(Comparator.comparingDouble(EpochMetrics::validationLoss))
                .orElseThrow();
    }

    /** The last epoch; of a run that succeeded. */
    public EpochMetrics last() {
        return epochs.get(epochs.size() - 1);
    }
}
