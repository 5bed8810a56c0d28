// What docs/mask.md, "In cuRAND's terms", says of the mask, by NVIDIA's own header: layer key, Bernoulli words,
// normals. For nvcc (curand_comparison.cu) and, as the header's functions may run on the host, for g++
// (curand_host.cpp).
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define CURAND_DRAWS_FUNCTION static __device__ __forceinline__
#else
#include <cuda_runtime.h>
#define QUALIFIERS static inline
#define CURAND_DRAWS_FUNCTION static inline
#endif

#include <curand_kernel.h>

CURAND_DRAWS_FUNCTION curandStatePhilox4_32_10_t curand_state(uint64_t seed, uint64_t subsequence, uint64_t offset) {
    curandStatePhilox4_32_10_t state;
    curand_init(seed, subsequence, offset, &state);
    return state;
}

// key: 2 words; words: the 4 of inputs 4 quad .. 4 quad + 3 and outputs 32 block .. 32 block + 31, where block = output
// >> 5, in `plane`; normals: the 4 of the same inputs and `output`.
CURAND_DRAWS_FUNCTION void curand_draws(
    uint64_t seed, uint32_t layer, uint32_t step, uint32_t sample, uint32_t quad, uint32_t output, uint32_t plane,
    uint32_t* key, uint32_t* words, float* normals) {
    curandStatePhilox4_32_10_t state = curand_state(seed, 0xFFFFFFFFull << 32, 4ull * layer);
    const uint4 key_words = curand4(&state);
    key[0] = key_words.x;
    key[1] = key_words.y;
    const uint64_t layer_seed = static_cast<uint64_t>(key[1]) << 32 | key[0];
    const uint64_t subsequence = static_cast<uint64_t>(step) << 32 | sample;
    const uint64_t y = static_cast<uint64_t>(quad) << 32;
    state = curand_state(layer_seed, subsequence, 4 * (y | (output >> 5 | plane << 27)));
    const uint4 drawn = curand4(&state);
    words[0] = drawn.x;
    words[1] = drawn.y;
    words[2] = drawn.z;
    words[3] = drawn.w;
    state = curand_state(layer_seed, subsequence, 4 * (y | (output | 1u << 31)));
    const float4 normal = curand_normal4(&state);
    normals[0] = normal.x;
    normals[1] = normal.y;
    normals[2] = normal.z;
    normals[3] = normal.w;
}
