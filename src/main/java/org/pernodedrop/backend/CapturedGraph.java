package org.pernodedrop.backend;

/** A sequence of operations to be run many times; made by {@link Backend#capture}, owned by the caller. */
public interface CapturedGraph extends AutoCloseable {
    /**
     * Enqueues all operations once more, on what the buffers then hold.
     *
     * @throws IllegalStateException if a buffer that they use was closed, or the graph was
     */
    void replay();

    /** Gives back what it holds on the device; the buffers that it uses stay their owners'. */
    @Override
    void close();
}
