package org.pernodedrop.backend;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pernodedrop.io.Closer;

/** Buffers and feeds of a backend that live and die together: if one cannot be had, all are given back. */
public final class Workspace implements AutoCloseable {
    private final Backend backend;
    private final Closer closer = new Closer();

    /** An empty one. */
    public Workspace(Backend backend) {
        this.backend = backend;
    }

    /** See {@link Memory#allocate}. */
    public DeviceFloats allocate(long length) {
        return own(() -> backend.memory().allocate(length), DeviceFloats::close);
    }

    /** See {@link Memory#allocateInts}. */
    public DeviceInts allocateInts(long length) {
        return own(() -> backend.memory().allocateInts(length), DeviceInts::close);
    }

    /** See {@link Memory#newBatchFeed}. */
    public BatchFeed newBatchFeed(int features, int labels) {
        return own(() -> backend.memory().newBatchFeed(features, labels), BatchFeed::close);
    }

    private <T> T own(Supplier<T> made, Consumer<T> close) {
        try {
            return closer.own(made.get(), close);
        } catch (RuntimeException | Error failure) {
            closer.closeAfter(failure);
            throw failure;
        }
    }

    /** Gives all back, the last first; it may be filled again. */
    @Override
    public void close() {
        closer.close();
    }
}
