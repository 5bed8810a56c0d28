// The mask's draws at `count` places, for comparisons: the layer key (2 words), the 4 words of a plane, the 4 normals.
// Same parameters as curand_comparison.cu's kernel. States hold seed and step.
#include "mask.cuh"

KERNEL(
    mask_draws, __launch_bounds__(256), int64_t count, const StepState* states, const uint32_t* layers,
    const uint32_t* samples, const uint32_t* quads, const uint32_t* outputs, const uint32_t* planes, uint32_t* keys,
    uint32_t* words, float* normals) {
    const int64_t n = blockIdx.x * static_cast<int64_t>(256) + threadIdx.x;
    if (n >= count) {
        return;
    }
    const Mask mask = mask_at(states[n], layers[n], 16, 1, 1.0f);
    keys[2 * n] = mask.key.k0;
    keys[2 * n + 1] = mask.key.k1;
    const uint4 drawn = mask_plane(mask, planes[n], outputs[n] >> 5, quads[n], samples[n]);
    words[4 * n] = drawn.x;
    words[4 * n + 1] = drawn.y;
    words[4 * n + 2] = drawn.z;
    words[4 * n + 3] = drawn.w;
    const float4 normal = mask_normals(mask, outputs[n], quads[n], samples[n]);
    normals[4 * n] = normal.x;
    normals[4 * n + 1] = normal.y;
    normals[4 * n + 2] = normal.z;
    normals[4 * n + 3] = normal.w;
}
