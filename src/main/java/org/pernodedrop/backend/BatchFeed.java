package org.pernodedrop.backend;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Brings batches from the host to the device while the device computes; made by {@link Memory#newBatchFeed}, owned by
 * the caller. On a GPU it has two page-locked slots, so that one batch is filled or copied while another is computed on.
 *
 * <pre>{@code
 * fill feed.features() and feed.labels(); feed.submit();
 * for every batch:
 *     if there is another: fill feed.features() and feed.labels() with it; feed.submit();
 *     feed.receive(x, labels);
 *     network.step(x, labels, samples, totals);
 * }</pre>
 */
public interface BatchFeed extends AutoCloseable {
    /** Slots: batches that may be submitted before the first is received. */
    int SLOTS = 2;

    /**
     * Room for the next batch's features, at position 0; waits until an earlier batch has left it.
     *
     * @throws IllegalStateException if {@link #SLOTS} batches are submitted and not received
     */
    FloatBuffer features();

    /** Room for the next batch's labels, as {@link #features}. */
    IntBuffer labels();

    /**
     * Starts to bring what was filled in to the device. The slot must not be written to afterwards.
     *
     * @throws IllegalStateException as {@link #features}
     */
    void submit();

    /**
     * The oldest batch that was submitted and not yet received, as far as it fits: operations called afterwards find it
     * in these buffers.
     *
     * @param features at most as long as the feed's slots
     * @param labels at most as long as the feed's slots
     * @throws IllegalStateException if there is none
     */
    void receive(DeviceFloats features, DeviceInts labels);

    /**
     * Waits for copies under way and gives back the memory. On a GPU that is not Java's: what {@link #features} and {@link
     * #labels} gave must not be touched any more.
     */
    @Override
    void close();

    /** Refuses buffers that are closed or longer than a slot. */
    static void checkFits(String name, DeviceBuffer to, int slot) {
        BackendTheme.holds(name, to, 1);
        if (to.length() > slot) {
            throw new IllegalArgumentException(name + " must be no longer than the feed's slots: " + name + ".length="
                    + to.length() + ", slot=" + slot);
        }
    }
}
