package org.pernodedrop.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;

/** What lives and dies together on a device; if one of it cannot be had, the others are given back. */
final class OwnedBuffers implements AutoCloseable {
    private final Backend backend;
    private final Deque<Runnable> closing = new ArrayDeque<>();

    OwnedBuffers(Backend backend) {
        this.backend = backend;
    }

    DeviceFloats floats(long length) {
        DeviceFloats buffer = orClose(() -> backend.allocate(length));
        closing.push(buffer::close);
        return buffer;
    }

    DeviceInts ints(long length) {
        DeviceInts buffer = orClose(() -> backend.allocateInts(length));
        closing.push(buffer::close);
        return buffer;
    }

    BatchFeed feed(int features, int labels) {
        BatchFeed feed = orClose(() -> backend.newBatchFeed(features, labels));
        closing.push(feed::close);
        return feed;
    }

    private <T> T orClose(Supplier<T> made) {
        try {
            return made.get();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
