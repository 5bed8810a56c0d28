package org.pernodedrop.backend.cuda;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.pernodedrop.driver.CudaStream;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.cuda.LaunchQueue;

/**
 * The way to the backend's stream. While a graph is captured, it also keeps which memory and which step states the graph
 * depends on.
 */
final class CommandQueue extends LaunchQueue {
    private final Runnable entrance;
    private final Set<Dependent> dependents = Collections.newSetFromMap(new IdentityHashMap<>());
    private GraphBuilder builder;
    private boolean closed;

    /** A resource that must be released before the queue closes. */
    interface Dependent {
        void release();
    }

    /** @param entrance lets the calling thread use the context, or refuses it */
    CommandQueue(Runnable entrance, CudaStream stream) {
        super(stream);
        this.entrance = entrance;
    }

    /** Begins a public call: refuses it after closing, and makes the context current on the thread. */
    void enter() {
        if (closed) {
            throw new IllegalStateException("the backend was closed before its use");
        }
        entrance.run();
    }

    /** The same for a call that cannot be captured: it waits for the device, allocates, or runs on the host. */
    void enterOutsideCaptures(String operation) {
        enter();
        if (isCapturing()) {
            throw new IllegalStateException(operation + " cannot be part of a graph; call it before or after a replay");
        }
    }

    /** Collects the commands of the operations, instead of enqueuing them. */
    void record(GraphBuilder into, Runnable operations) {
        builder = into;
        remember(into.commands, operations);
    }

    /** Notes that a command uses a caller's memory. */
    void use(DeviceBlock block) {
        if (isCapturing()) {
            builder.blocks.add(block);
        }
    }

    void useScratch(DeviceBlock block) {
        if (isCapturing()) {
            builder.scratch.add(block);
        }
    }

    boolean isCapturedInto(DeviceBlock scratch) {
        return isCapturing() && builder.scratch.contains(scratch);
    }

    /** Refuses a state that has no step left; during a capture, has every replay check that. */
    void useStep(CudaStepState state) {
        if (isCapturing()) {
            builder.useStep(state);
        } else {
            state.requireSteps(1);
        }
    }

    /** Notes that a replay of the graph under capture advances a state. */
    void recordAdvance(CudaStepState state) {
        builder.advance(state);
    }

    void add(Dependent dependent) {
        dependents.add(dependent);
    }

    void forget(Dependent dependent) {
        dependents.remove(dependent);
    }

    /** Refuses further calls and releases all dependents. */
    void close() {
        closed = true;
        Closer closer = new Closer();
        Set.copyOf(dependents).forEach(dependent -> closer.add(dependent::release));
        closer.close();
    }
}
