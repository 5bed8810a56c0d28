package org.pernodedrop.train;

import java.util.HashMap;
import java.util.Map;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Recording;
import org.pernodedrop.nn.Network;

/**
 * Training steps, captured as a graph when a batch of a new size occurs and replayed afterwards: on a GPU a step is
 * then one launch.
 */
final class RecordedSteps implements AutoCloseable {
    private final Backend backend;
    private final Network network;
    private final Batches batches;
    private final LossAccumulator totals;
    private final Map<Integer, Recording> recordings = new HashMap<>();

    /** @param network with buffers reserved for the largest batch; their addresses must not change */
    RecordedSteps(Backend backend, Network network, Batches batches, LossAccumulator totals) {
        this.backend = backend;
        this.network = network;
        this.batches = batches;
        this.totals = totals;
    }

    /** Runs a step on the batch prepared last. */
    void run(int count) {
        recordings
                .computeIfAbsent(
                        count,
                        size -> backend.record(() -> {
                            batches.gather(size);
                            network.step(batches.features(), batches.labels(), size, totals);
                        }))
                .replay();
    }

    @Override
    public void close() {
        recordings.values().forEach(Recording::close);
        recordings.clear();
    }
}
