// Multipliers drawn by a warp together: one sample, a quad of inputs, 128 outputs (4 blocks of 32). Lane l holds
// outputs l, l + 32, l + 64, l + 96 of the 128, so that a warp's memory accesses are adjacent.
//
// One Philox call gives a plane's bits for a quad and a block. The 32 lanes draw 8 planes of 4 blocks at a time and
// hand the words round: no word is drawn twice.
#pragma once

#include "block_sizes.h"
#include "mask.cuh"

constexpr uint32_t WARP_MASK_BLOCKS = WARP_MASK_OUTPUTS / 32;
constexpr uint32_t WARP_MASK_PLANES = 32 / WARP_MASK_BLOCKS;
constexpr uint32_t WHOLE_WARP = 0xFFFFFFFFu;

// What kept Bernoulli values are scaled by: 1 / q'.
__device__ __forceinline__ float kept_scale(const Mask& mask) {
    return static_cast<float>(1u << mask.planes) / static_cast<float>(mask.threshold);
}

// The mask at the current step, or at step 0 if it is fixed.
__device__ __forceinline__ Mask
current_mask(const StepState* state, uint32_t layer, int32_t fixed, uint32_t planes, uint32_t threshold, float sigma) {
    Mask mask = mask_at(*state, layer, planes, threshold, sigma);
    if (fixed != 0) {
        mask.step = 0;
    }
    return mask;
}

// The lane's j-th output of four.
__device__ __forceinline__ uint32_t warp_mask_output(uint32_t block, uint32_t j) {
    return (block + j) * 32u + (threadIdx.x & 31u);
}

// Kept bits of four blocks from `block`: lane l gets those of block + l % 4, for the first INPUTS inputs of the quad.
// The whole warp must call it.
template <int INPUTS>
__device__ __forceinline__ void warp_kept_bits(
    const Mask& mask, uint32_t block, uint32_t quad, uint32_t sample, uint32_t (&kept)[INPUTS]) {
    const uint32_t lane = threadIdx.x & 31u;
    const uint32_t own = lane % WARP_MASK_BLOCKS;
    // The last planes come first.
#pragma unroll 1
    for (uint32_t end = mask.planes; end > 0;) {
        const uint32_t begin = (end - 1) / WARP_MASK_PLANES * WARP_MASK_PLANES;
        // Lanes past the last plane draw words that are not used.
        const uint4 drawn = mask_plane(mask, begin + lane / WARP_MASK_BLOCKS, block + own, quad, sample);
        const uint32_t words[4] = {drawn.x, drawn.y, drawn.z, drawn.w};
#pragma unroll 1
        for (; end > begin; --end) {
            const uint32_t plane = end - 1;
            const uint32_t digit = mask_digit(mask, plane);
            const int source = static_cast<int>((plane - begin) * WARP_MASK_BLOCKS + own);
#pragma unroll
            for (int i = 0; i < INPUTS; ++i) {
                kept[i] = mask_digit_step(kept[i], __shfl_sync(WHOLE_WARP, words[i], source), digit);
            }
        }
    }
}

// Multipliers of a lane's output of one block (`output`, of the lane's own), from the words of kept bits.
template <int INPUTS>
__device__ __forceinline__ void warp_mask_values(
    const Mask& mask, Noise noise, float if_kept, const uint32_t (&kept)[INPUTS], uint32_t output, uint32_t quad,
    uint32_t sample, float (&values)[INPUTS]) {
    float if_dropped[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    if (noise != BERNOULLI) {
        const float4 normals = mask_normals(mask, output, quad, sample);
        if_dropped[0] = noisy_multiplier(mask.sigma, normals.x);
        if_dropped[1] = noisy_multiplier(mask.sigma, normals.y);
        if_dropped[2] = noisy_multiplier(mask.sigma, normals.z);
        if_dropped[3] = noisy_multiplier(mask.sigma, normals.w);
    }
#pragma unroll
    for (int i = 0; i < INPUTS; ++i) {
        values[i] = ((kept[i] >> (output & 31u)) & 1u) != 0 ? if_kept : if_dropped[i];
    }
}

// Draws the multipliers of INPUTS inputs from 4 quad on by WARP_MASK_OUTPUTS outputs from 32 block on, and calls
// visit(j, output, values) for each of the lane's outputs that is below `outputs`, the j-th of four. The whole warp
// must call it.
template <int INPUTS, class Visit>
__device__ __forceinline__ void draw_warp_mask(
    const Mask& mask, Noise noise, uint32_t block, uint32_t quad, uint32_t sample, int32_t outputs, Visit visit) {
    const float if_kept = noise == BERNOULLI ? kept_scale(mask) : 1.0f;
    uint32_t kept[INPUTS] = {};
    if (noise != GAUSSIAN) {
        warp_kept_bits<INPUTS>(mask, block, quad, sample, kept);
    }
#pragma unroll
    for (uint32_t j = 0; j < WARP_MASK_BLOCKS; ++j) {
        uint32_t words[INPUTS];
#pragma unroll
        for (int i = 0; i < INPUTS; ++i) {
            words[i] = __shfl_sync(WHOLE_WARP, kept[i], static_cast<int>(j));
        }
        const uint32_t output = warp_mask_output(block, j);
        if (output < static_cast<uint32_t>(outputs)) {
            float values[INPUTS];
            warp_mask_values<INPUTS>(mask, noise, if_kept, words, output, quad, sample, values);
            visit(j, output, values);
        }
    }
}
