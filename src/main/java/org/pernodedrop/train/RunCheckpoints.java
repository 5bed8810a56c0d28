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
 * Writes the checkpoint of a network in training: at the start, after an epoch if the last one is old enough, and at the
 * end. The file is replaced in one step; whenever the process is killed, the last good one is there.
 */
public final class RunCheckpoints implements TrainingListener {
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
     * @param start the run as it is now
     * @param intervalSeconds least time between checkpoints, at least 0; 0 writes one after every epoch
     * @throws UncheckedIOException if it cannot be written
     * @throws IllegalArgumentException if what is known of the data takes more than a file can hold
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
        this.room = epochs.size() + CheckpointRoom.epochs(file);
        if (room <= epochs.size() && hasMoreToCome()) {
            throw unknowable(null);
        }
    }

    private boolean hasMoreToCome() {
        return epochs.size() < start.training().config().epochs();
    }

    private static IllegalArgumentException unknowable(IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "the files of a run have no room for what is to be known of the data: names, mean and deviation of all"
                        + " columns take too much; use fewer columns or shorter names",
                cause);
    }

    /** How many epochs its files have room for, all that are finished among them. */
    public int room() {
        return room;
    }

    @Override
    public void finished(EpochMetrics epoch) {
        epochs.add(epoch);
        last.take();
        current = false;
        if (epochs.size() >= room && hasMoreToCome()) {
            write();
            throw new IllegalStateException("no file has room for what is measured in more than " + room
                    + " epochs; end the run by --resume with --epochs=" + epochs.size());
        }
        if (System.nanoTime() - written >= intervalNanos) {
            write();
        }
    }

    /**
     * Makes the network what it was after its last finished epoch, and writes that, with what ended the training.
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
     * Writes what is not written yet.
     *
     * @throws IllegalStateException if weights are not finite; the checkpoint before stays
     */
    public void write() {
        if (current) {
            return;
        }
        try {
            Checkpoint.save(network, best, facts().toMetadata(), file);
        } catch (IllegalArgumentException e) {
            throw unknowable(e);
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
                start.joinsSingle(),
                diverged);
    }

    /** How much more a run's checkpoint can tell: the header of its file has a limit, and grows with every epoch. */
    static final class CheckpointRoom {
        /** For what is not an epoch and comes later: places of the best epoch's tensors, and a longer step. */
        private static final long RESERVE = 1_000_000;

        private CheckpointRoom() {}

        /** Epochs that there is room for beside what a checkpoint holds. */
        static int epochs(Path checkpoint) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            try (FileChannel channel = FileChannel.open(checkpoint, StandardOpenOption.READ)) {
                while (length.hasRemaining() && channel.read(length) >= 0) {
                    // Until all is read.
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + checkpoint + ": " + e.getMessage(), e);
            }
            return epochs(length.getLong(0));
        }

        /** The same of a header of so many bytes. */
        static int epochs(long headerBytes) {
            return (int) Math.max(0, (JsonText.MAX_LENGTH - RESERVE - headerBytes) / EpochRows.MAX_ROW_LENGTH);
        }
    }
}
