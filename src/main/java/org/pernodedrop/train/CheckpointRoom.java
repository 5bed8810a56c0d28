package org.pernodedrop.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.pernodedrop.io.JsonText;

/** How much more a run's checkpoint can tell: the header of its file has a limit, and grows with every epoch. */
final class CheckpointRoom {
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
        return (int) Math.max(0, (JsonText.LONGEST - RESERVE - headerBytes) / EpochRows.LONGEST_ROW);
    }
}
