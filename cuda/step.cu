// The next step: step = step + 1 in device memory, so that a replayed graph draws new masks. One thread.
#include "step_state.cuh"

KERNEL(advance, __launch_bounds__(32), StepState* state) {
    if (blockIdx.x == 0 && threadIdx.x == 0) {
        state->step += 1;
    }
}
