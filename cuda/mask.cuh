// The random mask, as docs/mask.md defines it: the one place that knows the counter map.
//
//   words                x                 y        z   w      what is used
//   layer key            layer             0        0   2^32-1 words 0 and 1; key = the seed
//   Bernoulli, plane k   u >> 5 | k << 27  i >> 2   b   step   bit u & 31 of word i & 3
//   Gaussian             u | 1 << 31       i >> 2   b   step   normal i & 3 of the four
//
// Four inputs share a counter: i >> 2 is called a quad of inputs, u >> 5 a block of outputs.
#pragma once

#include "box_muller.cuh"
#include "philox.cuh"
#include "step_state.cuh"

constexpr int MASK_PLANE_SHIFT = 27;
constexpr uint32_t MASK_GAUSSIAN_DOMAIN = 1u << 31;
constexpr uint32_t MASK_LAYER_KEY_DOMAIN = 0xFFFFFFFFu;

// What noise is drawn from; numbers as in Java's Noise.
enum Noise : int32_t { BERNOULLI = 0, GAUSSIAN = 1, PARTIAL_GAUSSIAN = 2 };

// One layer's mask at one step; Key is how the layer's key is kept.
template <class Key>
struct KeyedMask {
    Key key;
    uint32_t step;       // counter word w
    uint32_t planes;     // n in [1, 16]: keep probability q' = threshold / 2^n
    uint32_t threshold;  // T in (0, 2^n)
    float sigma;         // standard deviation of Gaussian noise
};
using Mask = KeyedMask<PhiloxKey>;

__device__ __forceinline__ PhiloxKey layer_key(const StepState& state, uint32_t layer) {
    const uint4 words =
        philox(make_uint4(layer, 0, 0, MASK_LAYER_KEY_DOMAIN), PhiloxKey{state.seed_low, state.seed_high});
    return PhiloxKey{words.x, words.y};
}

__device__ __forceinline__ Mask
mask_at(const StepState& state, uint32_t layer, uint32_t planes, uint32_t threshold, float sigma) {
    return Mask{layer_key(state, layer), state.step, planes, threshold, sigma};
}

// The words of one plane.
template <class Key>
__device__ __forceinline__ uint4
mask_plane(const KeyedMask<Key>& mask, uint32_t plane, uint32_t block, uint32_t quad, uint32_t sample) {
    return philox(make_uint4(block | plane << MASK_PLANE_SHIFT, quad, sample, mask.step), mask.key);
}

// One step of the bit-sliced comparison: digit is all ones or all zeros; ones: kept | word, zeros: kept & word.
__device__ __forceinline__ uint32_t mask_digit_step(uint32_t kept, uint32_t word, uint32_t digit) {
    return (kept & word) | (kept & digit) | (word & digit);
}

// Digit k of q' as all ones or all zeros; digit 0 is worth 1/2.
template <class Key>
__device__ __forceinline__ uint32_t mask_digit(const KeyedMask<Key>& mask, uint32_t plane) {
    return 0u - ((mask.threshold >> (mask.planes - 1 - plane)) & 1u);
}

constexpr int MASK_SCHEDULE_WORDS = 32;  // a multiple of a cache line, as tiles follow
static_assert(PhiloxSchedule::WORDS <= MASK_SCHEDULE_WORDS, "the schedule fits");

// The same mask with its round keys in shared memory: all threads call, and a barrier must follow.
__device__ __forceinline__ KeyedMask<PhiloxSchedule> mask_with_schedule(const Mask& mask, uint32_t* shared) {
    return KeyedMask<PhiloxSchedule>{
        PhiloxSchedule::prepare(mask.key, shared), mask.step, mask.planes, mask.threshold, mask.sigma};
}

// Bit u & 31 of words x, y, z, w: whether (b, i, u) is kept, for i & 3 = 0, 1, 2, 3; of N samples at once, so that
// their latencies overlap. PLANES planes, or 0 for as many as the mask has, in a loop that stays rolled.
template <int PLANES, int N, class Key>
__device__ __forceinline__ void kept_bits(
    const KeyedMask<Key>& mask, uint32_t block, uint32_t quad, const uint32_t (&sample)[N], uint4 (&kept)[N]) {
    if constexpr (PLANES == 1) {  // q' = 1/2: the words themselves
#pragma unroll
        for (int n = 0; n < N; ++n) {
            kept[n] = mask_plane(mask, 0, block, quad, sample[n]);
        }
    } else {
#pragma unroll
        for (int n = 0; n < N; ++n) {
            kept[n] = make_uint4(0, 0, 0, 0);
        }
        const uint32_t planes = PLANES == 0 ? mask.planes : PLANES;
#pragma unroll(PLANES == 0 ? 1 : PLANES)
        for (uint32_t plane = planes; plane-- > 0;) {
            const uint32_t digit = mask_digit(mask, plane);
#pragma unroll
            for (int n = 0; n < N; ++n) {
                const uint4 words = mask_plane(mask, plane, block, quad, sample[n]);
                kept[n].x = mask_digit_step(kept[n].x, words.x, digit);
                kept[n].y = mask_digit_step(kept[n].y, words.y, digit);
                kept[n].z = mask_digit_step(kept[n].z, words.z, digit);
                kept[n].w = mask_digit_step(kept[n].w, words.w, digit);
            }
        }
    }
}

// The standard normals of (b, i, u) for i & 3 = 0, 1, 2, 3.
template <class Key>
__device__ __forceinline__ float4
mask_normals(const KeyedMask<Key>& mask, uint32_t output, uint32_t quad, uint32_t sample) {
    const uint4 words = philox(make_uint4(output | MASK_GAUSSIAN_DOMAIN, quad, sample, mask.step), mask.key);
    const float2 low = box_muller(words.x, words.y);
    const float2 high = box_muller(words.z, words.w);
    return make_float4(low.x, low.y, high.x, high.y);
}

// The multiplier that a standard normal makes.
__device__ __forceinline__ float noisy_multiplier(float sigma, float normal) {
    return fmaf(sigma, normal, 1.0f);
}
