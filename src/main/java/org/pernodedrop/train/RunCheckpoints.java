package org.pernodedrop.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.model.Checkpoint;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.nn.StateCopy;
import org.pernodedrop.train.TrainingState.EpochRows;

/**
 * Writes checkpoints of a network in training: at the start, after an epoch if the interval has passed, and at the end.
 * The file is replaced atomically: if the process is killed, the last complete checkpoint is there.
 */
public final class RunCheckpoints implements TrainingListener {
    /** Bytes for later additions other than epochs: entries of the best epoch's tensors, and more digits of the step. */
    private static final long RESERVE = 1_000_000;

    private final Path file;
    private final Network network;
    private final Snapshot best;
    private final StateCopy last;
    private final SavedRun.Facts start;
    private final long intervalNanos;
    private final List<EpochMetrics> epochs = new ArrayList<>();
    private long written;
    private final int room;
    private boolean current;
    private String diverged;

    /**
     * Writes the first checkpoint.
     *
     * @param best of the network's best epoch
     * @param last of the network; holds its last finished epoch from now on
     * @param start the present state of the run
     * @param intervalSeconds minimum time between checkpoints, at least 0; 0 for one after every epoch
     * @throws UncheckedIOException if it cannot be written
     * @throws IllegalArgumentException if the description of the data exceeds a file's limit
     */
    public RunCheckpoints(
            Path file, Network network, Snapshot best, StateCopy last, SavedRun.Facts start, double intervalSeconds) {
        this.file = file;
        this.network = network;
        this.best = best;
        this.last = last;
        this.start = start;
        this.intervalNanos = (long) (intervalSeconds * 1e9);
        this.epochs.addAll(start.training().epochs());
        this.diverged = start.diverged();
        last.take();
        write();
        this.room = epochs.size() + moreEpochs(file);
        if (room <= epochs.size() && isUnfinished()) {
            throw tooLarge(null);
        }
    }

    private boolean isUnfinished() {
        return epochs.size() < start.training().config().epochs();
    }

    private static IllegalArgumentException tooLarge(IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "the files of a run cannot hold the description of the data: names, mean and deviation of all"
                        + " columns take too much; use fewer columns or shorter names",
                cause);
    }

    /** Number of epochs that the files can hold, finished ones included. */
    public int room() {
        return room;
    }

    @Override
    public void finished(EpochMetrics epoch) {
        epochs.add(epoch);
        last.take();
        current = false;
        if (epochs.size() >= room && isUnfinished()) {
            write();
            throw new IllegalStateException("a file cannot hold the metrics of more than " + room
                    + " epochs; resume the run with epochs=" + epochs.size() + " to end it (--resume, --epochs)");
        }
        if (System.nanoTime() - written >= intervalNanos) {
            write();
        }
    }

    /**
     * Restores the network's state after its last finished epoch and writes it, with the reason why training ended.
     *
     * @param reason in one line
     */
    public void diverged(String reason) {
        diverged = reason;
        last.restore();
        current = false;
        write();
    }

    /**
     * Writes the present state, unless it is written already.
     *
     * @throws IllegalStateException if weights are not finite; the earlier checkpoint stays
     */
    public void write() {
        if (current) {
            return;
        }
        try {
            Checkpoint.save(network, best, facts().toMetadata(), file);
        } catch (IllegalArgumentException e) {
            throw tooLarge(e);
        } catch (IOException e) {
            throw unwritable(e);
        }
        written = System.nanoTime();
        current = true;
    }

    /**
     * Writes the network's present weights, with the facts of the run.
     *
     * @param model replaced if it exists
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
        return new UncheckedIOException(e.getMessage() + "; free space or name another directory (--out)", e);
    }

    /** The present state of the run. */
    private SavedRun.Facts facts() {
        return new SavedRun.Facts(
                new TrainingState(start.training().config(), epochs),
                start.data(),
                start.arguments(),
                start.computedBy(),
                start.joinsSingle(),
                diverged);
    }

    /** Number of epochs that fit into a checkpoint in addition to its own. */
    private static int moreEpochs(Path checkpoint) {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(checkpoint, StandardOpenOption.READ)) {
            while (length.hasRemaining() && channel.read(length) >= 0) {
                // Reads on until the buffer is full.
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + checkpoint + ": " + e.getMessage(), e);
        }
        return moreEpochs(length.getLong(0));
    }

    /** Number of epochs by which a header of this size can grow: its size is limited, and every epoch adds a row. */
    static int moreEpochs(long headerBytes) {
        return (int) Math.max(0, (JsonText.MAX_LENGTH - RESERVE - headerBytes) / EpochRows.MAX_ROW_LENGTH);
    }
}
