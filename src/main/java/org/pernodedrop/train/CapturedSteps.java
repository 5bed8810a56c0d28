package org.pernodedrop.train;

import java.util.HashMap;
import java.util.Map;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.nn.Network;

/**
 * Training steps, captured as a graph when a batch of a new size occurs and replayed afterwards: on a GPU a step is
 * then one launch.
 */
final class CapturedSteps implements AutoCloseable {
    private final Backend backend;
    private final Network network;
    private final Batches batches;
    private final LossAccumulator totals;
    private final Map<Integer, CapturedGraph> graphs = new HashMap<>();

    /** @param network with buffers reserved for the largest batch; their addresses must not change */
    CapturedSteps(Backend backend, Network network, Batches batches, LossAccumulator totals) {
        this.backend = backend;
        this.network = network;
        this.batches = batches;
        this.totals = totals;
    }

    /** Runs a step on the batch prepared last. */
    void run(int count) {
        graphs.computeIfAbsent(
                        count,
                        size -> backend.capture(() -> {
                            batches.gather(size);
                            network.step(batches.features(), batches.labels(), size, totals);
                        }))
                .replay();
    }

    @Override
    public void close() {
        graphs.values().forEach(CapturedGraph::close);
        graphs.clear();
    }
}
