package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.backend.DeviceFloats;

/**
 * A copy of what inference needs of a network, beside it on the device: that of its best epoch, for instance. It is
 * empty until {@link #take} and must be closed before the backend.
 */
public final class Snapshot implements AutoCloseable {
    private final Network network;
    private final DeviceFloats parameters;
    private boolean taken;

    /** An empty copy. */
    public Snapshot(Network network) {
        this.network = Objects.requireNonNull(network, "network");
        this.parameters = network.backend().allocate(network.parameterBuffer().length());
    }

    /** What it is a copy of. */
    public Network network() {
        return network;
    }

    /** Whether there is a copy. */
    public boolean isTaken() {
        return taken;
    }

    /** The copied parameters, laid out as {@link Network#parameterBuffer}; 0 before {@link #take}. */
    public DeviceFloats parameterBuffer() {
        return parameters;
    }

    /** Copies the network as it is; replaces what was copied before. */
    public void take() {
        network.backend().copy(network.parameterBuffer(), parameters);
        taken = true;
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
        network.backend().copy(parameters, network.parameterBuffer());
    }

    /** Frees the copy. */
    @Override
    public void close() {
        parameters.close();
    }
}
