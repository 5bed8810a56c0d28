package org.pernodedrop.backend.cuda;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a graph consists of, gathered while its operations are called. */
final class GraphBuilder {
    final List<Runnable> commands = new ArrayList<>();
    /** Of callers: a replay needs them open. */
    final Set<DeviceBlock> blocks = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Of {@link PooledScratch}, which must stay. */
    final Set<DeviceBlock> scratch = Collections.newSetFromMap(new IdentityHashMap<>());
    /** How often each state goes on a step. */
    final Map<CudaStepState, Integer> advances = new IdentityHashMap<>();
    /** How many steps there must still be for each state, from the current one on. */
    final Map<CudaStepState, Integer> steps = new IdentityHashMap<>();

    /** The current step of a state is made, or its masks are drawn. */
    void useStep(CudaStepState state) {
        steps.merge(state, advances.getOrDefault(state, 0) + 1, Math::max);
    }

    /** A state goes on a step. */
    void advance(CudaStepState state) {
        useStep(state);
        advances.merge(state, 1, Integer::sum);
    }
}
