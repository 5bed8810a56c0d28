package org.pernodedrop.backend.cpu;

import java.util.IdentityHashMap;
import java.util.Map;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.StepState;

/** The steps that a graph makes of each state: a replay checks all of them before its first operation. */
final class StepCount implements KernelRunner.StepObserver {
    private final Map<CpuStepState, Integer> advances = new IdentityHashMap<>();
    private final Map<CpuStepState, Integer> steps = new IdentityHashMap<>();

    @Override
    public void use(StepState state, int advanced) {
        CpuStepState own = CpuStepState.of(state);
        int before = advances.merge(own, advanced, Integer::sum) - advanced;
        steps.merge(own, before + 1, Math::max);
    }

    /** Refuses to begin if a state has too few steps left. */
    void requireSteps() {
        steps.forEach((state, count) -> StepState.requireSteps(state.currentStep(), count));
    }
}
