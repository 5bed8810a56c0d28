package org.pernodedrop.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

/**
 * A copy of what inference needs of a network, beside it on the device: that of its best epoch, for instance. It is
 * empty until {@link #take} and must be closed before the backend.
 */
public final class Snapshot implements AutoCloseable {
    private final Network network;
    private final Workspace workspace;
    private final DeviceFloats parameters;
    private final Optional<DeviceFloats> statistics;
    private boolean taken;

    /** An empty copy. */
    public Snapshot(Network network) {
        this.network = Objects.requireNonNull(network, "network");
        this.workspace = new Workspace(network.backend());
        this.parameters = workspace.allocate(network.parameterBuffer().length());
        this.statistics = network.statisticsBuffer().map(values -> workspace.allocate(values.length()));
    }

    /** What it is a copy of. */
    public Network network() {
        return network;
    }

    /** Whether there is a copy. */
    public boolean isTaken() {
        return taken;
    }

    /** Copies the network as it is; replaces what was copied before. */
    public void take() {
        network.backend().alone(() -> {
            network.backend().vectors().copy(network.parameterBuffer(), parameters);
            statistics.ifPresent(copy ->
                    network.backend().vectors().copy(network.statisticsBuffer().orElseThrow(), copy));
            taken = true;
        });
    }

    /**
     * Makes the network what it was; moments, step and learning rate stay.
     *
     * @throws IllegalStateException if nothing was copied
     */
    public void restore() {
        if (!taken) {
            throw new IllegalStateException("a snapshot must be taken before it is restored");
        }
        network.backend().alone(() -> {
            network.backend().vectors().copy(parameters, network.parameterBuffer());
            statistics.ifPresent(copy -> network.backend()
                    .vectors()
                    .copy(copy, network.statisticsBuffer().orElseThrow()));
        });
    }

    /** The copies of the network's parameters and statistics, by their names; 0 before {@link #take}. */
    public Map<String, DeviceFloats> weights() {
        Map<String, DeviceFloats> weights = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            weights.put(
                    parameter.name(),
                    parameters.slice(parameter.offset(), parameter.shape().size()));
        }
        for (Statistic statistic : network.statistics()) {
            weights.put(
                    statistic.name(),
                    statistics
                            .orElseThrow()
                            .slice(statistic.offset(), statistic.shape().size()));
        }
        return weights;
    }

    /** Frees the copy. */
    @Override
    public void close() {
        network.backend().giveBack(workspace::close);
    }
}
