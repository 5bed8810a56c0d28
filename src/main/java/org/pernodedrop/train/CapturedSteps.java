package org.pernodedrop.train;

import java.util.HashMap;
import java.util.Map;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.nn.Network;

/** Training steps, each recorded when a batch of its size comes first: on a GPU one call to the device from then on. */
final class CapturedSteps implements AutoCloseable {
    private final Backend backend;
    private final Network network;
    private final Batches batches;
    private final LossAccumulator totals;
    private final Map<Integer, CapturedGraph> recordings = new HashMap<>();

    /** @param network with room for the largest batch, which it must keep */
    CapturedSteps(Backend backend, Network network, Batches batches, LossAccumulator totals) {
        this.backend = backend;
        this.network = network;
        this.batches = batches;
        this.totals = totals;
    }

    /** A step on the batch that was brought near last. */
    void run(int count) {
        recordings
                .computeIfAbsent(
                        count,
                        size -> backend.capture(() -> {
                            batches.gather(size);
                            network.step(batches.features(), batches.labels(), size, totals);
                        }))
                .replay();
    }

    @Override
    public void close() {
        recordings.values().forEach(CapturedGraph::close);
        recordings.clear();
    }
}
