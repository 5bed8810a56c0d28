package org.pernodedrop.nn;

import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

/** A layer at work in a network: the operations of its forward and backward pass, and the buffers between them. */
interface LayerPass {
    /** Makes room for the activations of a batch; drops the room made before, whose workspace was closed. */
    void reserve(int samples, Workspace workspace);

    /** How a mask on every connection is computed; empty for other layers, and before there is room. */
    default Optional<LayerStrategy> strategy() {
        return Optional.empty();
    }

    /** Refuses batches that nothing can be learned from, before anything is computed on them. */
    default void requireTrains(Batch batch) {}

    /** The output for an input {@code x}, which must stay as it is until the backward pass; may be {@code x} itself. */
    DeviceFloats forward(Batch batch, DeviceFloats x);

    /**
     * The gradient for the input of the last forward pass; writes the gradients of the parameters.
     *
     * @param dy gradient for the output; may be overwritten
     * @param room for the gradient for the input, apart from dy; null if that gradient is not wanted
     * @return where the gradient for the input is: room or dy; undefined if room is null
     */
    DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room);
}
