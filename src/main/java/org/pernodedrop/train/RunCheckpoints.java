package org.pernodedrop.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.model.Checkpoint;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Snapshot;

/**
 * Writes the checkpoint of a network in training: at the start, after an epoch if the last one is old enough, and at the
 * end. The file is replaced in one step; whenever the process is killed, the last good one is there.
 */
public final class RunCheckpoints implements TrainingListener {
    private final Path file;
    private final Network network;
    private final Snapshot best;
    private final SavedRun.Facts start;
    private final long intervalNanos;
    private final List<EpochMetrics> epochs = new ArrayList<>();
    private long written;
    private boolean current;

    /**
     * Writes the first checkpoint.
     *
     * @param best of the network's best epoch
     * @param start the run as it is now
     * @param intervalSeconds least time between checkpoints, at least 0; 0 writes one after every epoch
     * @throws UncheckedIOException if it cannot be written
     */
    public RunCheckpoints(Path file, Network network, Snapshot best, SavedRun.Facts start, double intervalSeconds) {
        this.file = file;
        this.network = network;
        this.best = best;
        this.start = start;
        this.intervalNanos = (long) (intervalSeconds * 1e9);
        this.epochs.addAll(start.training().epochs());
        write();
    }

    @Override
    public void finished(EpochMetrics epoch) {
        epochs.add(epoch);
        current = false;
        if (System.nanoTime() - written >= intervalNanos) {
            write();
        }
    }

    /** Writes what is not written yet. */
    public void write() {
        if (current) {
            return;
        }
        try {
            Checkpoint.save(network, best, facts().toMetadata(), file);
        } catch (IOException e) {
            throw unwritable(e);
        }
        written = System.nanoTime();
        current = true;
    }

    /**
     * Writes the network's weights as they are, with the facts of the run.
     *
     * @param model replaced if it is there
     * @throws UncheckedIOException if it cannot be written
     */
    public void saveModel(Path model) {
        try {
            Weights.save(network, facts().toMetadata(), model);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static UncheckedIOException unwritable(IOException e) {
        return new UncheckedIOException(e.getMessage() + "; free space or name another directory by --out", e);
    }

    /** The run as it is now. */
    private SavedRun.Facts facts() {
        return new SavedRun.Facts(
                new TrainingState(start.training().config(), epochs),
                start.data(),
                start.arguments(),
                start.computedBy(),
                network.spec().needsSeveralSamples());
    }
}
