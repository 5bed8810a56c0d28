package org.pernodedrop.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

/**
 * A copy of all that training changes in a network, beside it on the device: parameters, statistics, moments and step, as
 * they were after the last epoch that went well. It is empty until {@link #take} and must be closed before the backend.
 */
public final class StateCopy implements AutoCloseable {
    private final Network network;
    private final Workspace workspace;
    private final Snapshot weights;
    private final Map<String, DeviceFloats> moments = new LinkedHashMap<>();
    private long step;

    /** An empty copy. */
    public StateCopy(Network network) {
        this.network = network;
        this.weights = new Snapshot(network);
        this.workspace = new Workspace(network.backend());
        try {
            network.moments().forEach((name, moment) -> moments.put(name, workspace.allocate(moment.length())));
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /** Copies the network as it is; replaces what was copied before. */
    public void take() {
        weights.take();
        network.moments().forEach((name, moment) -> network.backend().vectors().copy(moment, moments.get(name)));
        step = network.state().step();
    }

    /**
     * Makes the network what it was; the learning rate stays.
     *
     * @throws IllegalStateException if nothing was copied
     */
    public void restore() {
        weights.restore();
        network.moments().forEach((name, moment) -> network.backend().vectors().copy(moments.get(name), moment));
        network.state().setStep(step);
    }

    /** Frees the copy. */
    @Override
    public void close() {
        workspace.close();
        weights.close();
    }
}
