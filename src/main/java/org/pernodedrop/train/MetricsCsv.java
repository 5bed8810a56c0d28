package org.pernodedrop.train;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Metrics of a training as comma-separated text: the {@link #HEADER} and one line per epoch.
 *
 * <p>The file is replaced atomically after every epoch, so it always holds all finished epochs. Every number is written
 * such that reading gives the same double: equal runs give equal files except for the seconds.
 */
public final class MetricsCsv implements TrainingListener {
    /** The columns, as in {@link EpochMetrics}. */
    public static final String HEADER =
            "epoch,running_loss,train_loss,train_accuracy,validation_loss,validation_accuracy,seconds";

    private final Path file;
    private final StringBuilder text = new StringBuilder(HEADER).append('\n');

    /**
     * Starts a file with the header and the epochs that are already finished.
     *
     * @param epochs may be empty
     * @throws java.io.UncheckedIOException if the file cannot be written
     */
    public MetricsCsv(Path file, List<EpochMetrics> epochs) {
        this.file = file;
        epochs.forEach(this::append);
        write();
    }

    @Override
    public void finished(EpochMetrics epoch) {
        append(epoch);
        write();
    }

    private void append(EpochMetrics epoch) {
        text.append(epoch.epoch());
        for (double value : new double[] {
            epoch.runningLoss(),
            epoch.trainLoss(),
            epoch.trainAccuracy(),
            epoch.validationLoss(),
            epoch.validationAccuracy(),
            epoch.seconds()
        }) {
            text.append(',').append(value);
        }
        text.append('\n');
    }

    private void write() {
        RunDirectory.write(file, text.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
