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

    /** What has to be given back before the queue can be. */
    interface Dependent {
        void release();
    }

    /** @param entrance lets the calling thread use the context, or refuses it */
    CommandQueue(Runnable entrance, CudaStream stream) {
        super(stream);
        this.entrance = entrance;
    }

    /** What every public call begins with: refuses calls after the end, and lets the thread call the driver. */
    void enter() {
        if (closed) {
            throw new IllegalStateException("the backend was closed before its use");
        }
        entrance.run();
    }

    /** The same for what waits for the device, makes room on it, or happens on the host. */
    void enterOutsideCaptures(String operation) {
        enter();
        if (isCapturing()) {
            throw new IllegalStateException(operation + " cannot be part of a graph; call it before or after a replay");
        }
    }

    /** Gathers what the operations enqueue, instead of enqueuing it. */
    void record(GraphBuilder into, Runnable operations) {
        builder = into;
        remember(into.commands, operations);
    }

    /** A caller's memory is used. */
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

    /** The current step of a state is made, or its masks are drawn: refuses it if there is none, or lets replays do so. */
    void useStep(CudaStepState state) {
        if (isCapturing()) {
            builder.useStep(state);
        } else {
            state.requireSteps(1);
        }
    }

    /** A replay of the graph under capture goes on a step. */
    void recordAdvance(CudaStepState state) {
        builder.advance(state);
    }

    void add(Dependent dependent) {
        dependents.add(dependent);
    }

    void forget(Dependent dependent) {
        dependents.remove(dependent);
    }

    /** Refuses further calls and gives back what depends on the queue. */
    void close() {
        closed = true;
        Closer closer = new Closer();
        Set.copyOf(dependents).forEach(dependent -> closer.add(dependent::release));
        closer.close();
    }
}
