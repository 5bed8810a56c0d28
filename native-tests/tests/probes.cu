// Kernels that show what the device functions return, one value or group of values per thread. All take lists of the
// same length, and are launched with blocks of PROBE_THREADS.
#include "box_muller.cuh"
#include "mask.cuh"
#include "philox.cuh"
#include "step_state.cuh"

constexpr int PROBE_THREADS = 64;

__device__ __forceinline__ int64_t probe_index() {
    return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

KERNEL(
    probe_philox, __launch_bounds__(PROBE_THREADS), const uint32_t* counters, const uint32_t* keys, uint32_t* words,
    int64_t count) {
    const int64_t n = probe_index();
    if (n < count) {
        const uint32_t* const c = counters + 4 * n;
        const uint4 w = philox(make_uint4(c[0], c[1], c[2], c[3]), PhiloxKey{keys[2 * n], keys[2 * n + 1]});
        words[4 * n] = w.x;
        words[4 * n + 1] = w.y;
        words[4 * n + 2] = w.z;
        words[4 * n + 3] = w.w;
    }
}

KERNEL(probe_uniform, __launch_bounds__(PROBE_THREADS), const uint32_t* words, float* uniforms, int64_t count) {
    const int64_t n = probe_index();
    if (n < count) {
        uniforms[n] = uniform(words[n]);
    }
}

// Pairs of words to pairs of normals.
KERNEL(probe_box_muller, __launch_bounds__(PROBE_THREADS), const uint32_t* words, float* normals, int64_t count) {
    const int64_t n = probe_index();
    if (n < count) {
        const float2 z = box_muller(words[2 * n], words[2 * n + 1]);
        normals[2 * n] = z.x;
        normals[2 * n + 1] = z.y;
    }
}

KERNEL(
    probe_layer_key, __launch_bounds__(PROBE_THREADS), const StepState* states, const uint32_t* layers, uint32_t* keys,
    int64_t count) {
    const int64_t n = probe_index();
    if (n < count) {
        const PhiloxKey key = layer_key(states[n], layers[n]);
        keys[2 * n] = key.k0;
        keys[2 * n + 1] = key.k1;
    }
}

// Positions are (layer, sample, input, block of outputs); rates are (planes, threshold). Results: kept bits of the four
// inputs of the input's quad.
KERNEL(
    probe_kept_bits, __launch_bounds__(PROBE_THREADS), const StepState* states, const uint32_t* positions,
    const uint32_t* rates, uint32_t* kept, int64_t count) {
    const int64_t n = probe_index();
    if (n < count) {
        const uint32_t* const p = positions + 4 * n;
        const Mask mask = mask_at(states[n], p[0], rates[2 * n], rates[2 * n + 1], 0.0f);
        const uint32_t sample[1] = {p[1]};
        uint4 bits[1];
        kept_bits<0>(mask, p[3], p[2] >> 2, sample, bits);
        kept[4 * n] = bits[0].x;
        kept[4 * n + 1] = bits[0].y;
        kept[4 * n + 2] = bits[0].z;
        kept[4 * n + 3] = bits[0].w;
    }
}

// Positions are (layer, sample, input, output). Results: normals of the four inputs of the input's quad.
KERNEL(
    probe_mask_normals, __launch_bounds__(PROBE_THREADS), const StepState* states, const uint32_t* positions,
    float* normals, int64_t count) {
    const int64_t n = probe_index();
    if (n < count) {
        const uint32_t* const p = positions + 4 * n;
        const Mask mask = mask_at(states[n], p[0], 1, 1, 0.0f);
        const float4 z = mask_normals(mask, p[3], p[2] >> 2, p[1]);
        normals[4 * n] = z.x;
        normals[4 * n + 1] = z.y;
        normals[4 * n + 2] = z.z;
        normals[4 * n + 3] = z.w;
    }
}
