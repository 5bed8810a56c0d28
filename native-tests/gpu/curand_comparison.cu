// The same draws as mask_draws.cu's by cuRAND's device functions.
#include "curand_draws.h"
#include "step_state.cuh"

KERNEL(
    curand_comparison, __launch_bounds__(256), int64_t count, const StepState* states, const uint32_t* layers,
    const uint32_t* samples, const uint32_t* quads, const uint32_t* outputs, const uint32_t* planes, uint32_t* keys,
    uint32_t* words, float* normals) {
    const int64_t n = blockIdx.x * static_cast<int64_t>(256) + threadIdx.x;
    if (n < count) {
        const uint64_t seed = static_cast<uint64_t>(states[n].seed_high) << 32 | states[n].seed_low;
        curand_draws(
            seed, layers[n], states[n].step, samples[n], quads[n], outputs[n], planes[n], keys + 2 * n, words + 4 * n,
            normals + 4 * n);
    }
}
