// The multipliers themselves, written out or multiplied into weights.
//
//   mask_export   to[b, i, u] = m[first_sample + b, i, u], to [samples, inputs, outputs]; node masks (node != 0) repeat
//                 the value of input 0 for all inputs
//   weight_mask   to[i, u] = from[i, u] m[0, i, u], [inputs, outputs]: one mask for all samples (fixed masks and
//                 DropConnect), on weights and on their gradients; to may be from
//
// Fixed masks (fixed != 0): those of sample 0 at step 0. A warp draws four inputs by 128 outputs of one sample.
#include "warp_mask.cuh"

constexpr int QUAD = 4;

// The quads of inputs that a warp works on.
struct QuadRange {
    int64_t first;
    int64_t step;
    int64_t end;
};

__device__ __forceinline__ QuadRange quads_of_warp(int32_t inputs) {
    return QuadRange{
        static_cast<int64_t>(blockIdx.y) * MASK_BLOCK_WARPS + threadIdx.x / 32u,
        static_cast<int64_t>(gridDim.y) * MASK_BLOCK_WARPS, (static_cast<int64_t>(inputs) + QUAD - 1) / QUAD};
}

KERNEL(
    mask_export, __launch_bounds__(MASK_BLOCK), const StepState* state, uint32_t layer, int32_t noise, int32_t node,
    int32_t fixed, uint32_t planes, uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples,
    int32_t inputs, int32_t outputs, float* to) {
    const Mask mask = current_mask(state, layer, fixed, planes, threshold, sigma);
    const uint32_t block = blockIdx.x * WARP_MASK_BLOCKS;
    const QuadRange quads = quads_of_warp(inputs);
    for (int64_t b = blockIdx.z; b < samples; b += gridDim.z) {
        const uint32_t sample = fixed != 0 ? 0u : first_sample + static_cast<uint32_t>(b);
        for (int64_t quad = quads.first; quad < quads.end; quad += quads.step) {
            const uint32_t drawn_quad = node != 0 ? 0u : static_cast<uint32_t>(quad);
            const int64_t left = inputs - quad * QUAD;
            float* const tile = to + (b * inputs + quad * QUAD) * outputs;
            draw_warp_mask<QUAD>(
                mask, static_cast<Noise>(noise), block, drawn_quad, sample, outputs,
                [&](uint32_t, uint32_t u, const float(&m)[QUAD]) {
#pragma unroll
                    for (int i = 0; i < QUAD; ++i) {
                        if (i < left) {
                            tile[static_cast<int64_t>(i) * outputs + u] = node != 0 ? m[0] : m[i];
                        }
                    }
                });
        }
    }
}

KERNEL(
    weight_mask, __launch_bounds__(MASK_BLOCK), const StepState* state, uint32_t layer, int32_t noise, int32_t fixed,
    uint32_t planes, uint32_t threshold, float sigma, int32_t inputs, int32_t outputs, const float* from, float* to) {
    const Mask mask = current_mask(state, layer, fixed, planes, threshold, sigma);
    const uint32_t block = blockIdx.x * WARP_MASK_BLOCKS;
    const QuadRange quads = quads_of_warp(inputs);
    for (int64_t quad = quads.first; quad < quads.end; quad += quads.step) {
        const int64_t left = inputs - quad * QUAD;
        const int64_t start = quad * QUAD * outputs;
        draw_warp_mask<QUAD>(
            mask, static_cast<Noise>(noise), block, static_cast<uint32_t>(quad), 0, outputs,
            [&](uint32_t, uint32_t u, const float(&m)[QUAD]) {
#pragma unroll
                for (int i = 0; i < QUAD; ++i) {
                    if (i < left) {
                        const int64_t k = start + static_cast<int64_t>(i) * outputs + u;
                        to[k] = __fmul_rn(from[k], m[i]);
                    }
                }
            });
    }
}
