// Initial weights from the stream of cuRAND's host generator PHILOX4_32_10 in default ordering, the bits of Java's
// CurandStream: word j is word j & 3 of Philox(counter = (g >> 16, 0, g & 65535, 0), key = seed) with g = j >> 2.
//
//   fill_uniform   x[k] = uniform(first + k) range + low         rounded twice
//   fill_normal    x[k] = normal(first + k) deviation + mean     rounded twice; normals from words (2j, 2j + 1)
//
// A thread draws groups of four words; first in [0, 2^50).
#include "box_muller.cuh"
#include "philox.cuh"
#include "positions.cuh"

constexpr int SUBSEQUENCE_BITS = 16;

__device__ __forceinline__ uint4 curand_words(PhiloxKey seed, int64_t group) {
    const uint32_t subsequence = static_cast<uint32_t>(group) & ((1u << SUBSEQUENCE_BITS) - 1u);
    return philox(make_uint4(static_cast<uint32_t>(group >> SUBSEQUENCE_BITS), 0, subsequence, 0), seed);
}

// The last group of the range [first, first + n).
__device__ __forceinline__ int64_t last_group(int64_t first, int64_t n) {
    return (first + n - 1) >> 2;
}

// Writes values 4 group .. 4 group + 3 of the stream, as far as they lie in the range.
__device__ __forceinline__ void write_group(
    float4 values, float scale, float shift, int64_t group, int64_t first, int64_t n, float* x) {
    const float all[4] = {values.x, values.y, values.z, values.w};
#pragma unroll
    for (int j = 0; j < 4; ++j) {
        const int64_t k = group * 4 + j - first;
        if (k >= 0 && k < n) {
            x[k] = __fadd_rn(__fmul_rn(all[j], scale), shift);
        }
    }
}

KERNEL(
    fill_uniform, __launch_bounds__(ELEMENT_BLOCK), uint32_t seed_low, uint32_t seed_high, int64_t first, int64_t n,
    float range, float low, float* x) {
    const PhiloxKey seed{seed_low, seed_high};
    for (int64_t g = (first >> 2) + first_element(); g <= last_group(first, n); g += element_stride()) {
        const uint4 words = curand_words(seed, g);
        const float4 values = make_float4(uniform(words.x), uniform(words.y), uniform(words.z), uniform(words.w));
        write_group(values, range, low, g, first, n, x);
    }
}

KERNEL(
    fill_normal, __launch_bounds__(ELEMENT_BLOCK), uint32_t seed_low, uint32_t seed_high, int64_t first, int64_t n,
    float deviation, float mean, float* x) {
    const PhiloxKey seed{seed_low, seed_high};
    for (int64_t g = (first >> 2) + first_element(); g <= last_group(first, n); g += element_stride()) {
        const uint4 words = curand_words(seed, g);
        const float2 low = box_muller(words.x, words.y);
        const float2 high = box_muller(words.z, words.w);
        write_group(make_float4(low.x, low.y, high.x, high.y), deviation, mean, g, first, n, x);
    }
}
