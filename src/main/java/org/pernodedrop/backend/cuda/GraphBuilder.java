package org.pernodedrop.backend.cuda;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The commands and resources of a graph, gathered while its operations are called. */
final class GraphBuilder {
    final List<Runnable> commands = new ArrayList<>();
    /** Memory of callers: a replay needs it open. */
    final Set<DeviceBlock> blocks = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Blocks of {@link PooledScratch} that must be kept as long as the graph. */
    final Set<DeviceBlock> scratch = Collections.newSetFromMap(new IdentityHashMap<>());
    /** By how many steps a replay advances each state. */
    final Map<CudaStepState, Integer> advances = new IdentityHashMap<>();
    /** How many steps each state must have left for a replay, the current one included. */
    final Map<CudaStepState, Integer> steps = new IdentityHashMap<>();

    /** Notes that the graph uses the current step of a state. */
    void useStep(CudaStepState state) {
        steps.merge(state, advances.getOrDefault(state, 0) + 1, Math::max);
    }

    /** Notes that the graph advances a state by a step. */
    void advance(CudaStepState state) {
        useStep(state);
        advances.merge(state, 1, Integer::sum);
    }
}
