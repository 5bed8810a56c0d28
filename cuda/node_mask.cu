// Masks with one value for a sample and output, m[b, u] = m[first_sample + b, 0, u], on matrices [samples, outputs].
// Fixed masks (fixed != 0): that of sample 0 at step 0 for all.
//
//   node_mask       to = from m; to may be from. Also Dropout and GaussianDropout on activations, forward and backward
//   node_forward    z = m p + bias (bias may be null); y = act(z); p = x w, an ordinary product; z may be p, y may be z
//   node_backward   dp = dy act'(z) m; dp may be dy; and, unless it is null, bias_sums[blockIdx.y, u] = the sum of
//                   dy act'(z) over the block's samples: column_sums adds those rows up to the bias's gradient
//
// A warp draws one sample's values for 128 outputs. node_backward's grid decides the order of additions, and the number
// of rows of bias_sums.
#include "activation.cuh"
#include "warp_mask.cuh"

// What a warp works on: 128 outputs of every sample_step-th sample.
struct NodeTile {
    uint32_t block;  // of outputs, the first of four
    int64_t sample;
    int64_t sample_step;
};

__device__ __forceinline__ NodeTile node_tile() {
    return NodeTile{
        blockIdx.x * WARP_MASK_BLOCKS, static_cast<int64_t>(blockIdx.y) * MASK_BLOCK_WARPS + threadIdx.x / 32u,
        static_cast<int64_t>(gridDim.y) * MASK_BLOCK_WARPS};
}

// The lane's four elements of a row; 0 past its end. Loaded before the mask is drawn, which takes as long as they do.
struct NodeRow {
    float values[WARP_MASK_BLOCKS];
};

__device__ __forceinline__ NodeRow load_node_row(const float* row, uint32_t block, int32_t outputs) {
    NodeRow loaded;
#pragma unroll
    for (uint32_t j = 0; j < WARP_MASK_BLOCKS; ++j) {
        const uint32_t u = warp_mask_output(block, j);
        loaded.values[j] = u < static_cast<uint32_t>(outputs) ? row[u] : 0.0f;
    }
    return loaded;
}

__device__ __forceinline__ uint32_t mask_sample(int32_t fixed, uint32_t first_sample, int64_t row) {
    return fixed != 0 ? 0u : first_sample + static_cast<uint32_t>(row);
}

KERNEL(
    node_mask, __launch_bounds__(MASK_BLOCK), const StepState* state, uint32_t layer, int32_t noise, int32_t fixed,
    uint32_t planes, uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples, int32_t outputs,
    const float* from, float* to) {
    const Mask mask = current_mask(state, layer, fixed, planes, threshold, sigma);
    const NodeTile tile = node_tile();
    for (int64_t b = tile.sample; b < samples; b += tile.sample_step) {
        const NodeRow row = load_node_row(from + b * outputs, tile.block, outputs);
        float* const to_row = to + b * outputs;
        draw_warp_mask<1>(
            mask, static_cast<Noise>(noise), tile.block, 0, mask_sample(fixed, first_sample, b), outputs,
            [&](uint32_t j, uint32_t u, const float(&m)[1]) { to_row[u] = __fmul_rn(row.values[j], m[0]); });
    }
}

KERNEL(
    node_forward, __launch_bounds__(MASK_BLOCK), const StepState* state, uint32_t layer, int32_t noise, int32_t fixed,
    uint32_t planes, uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples, int32_t outputs,
    int32_t activation, const float* p, const float* bias, float* z, float* y) {
    const Mask mask = current_mask(state, layer, fixed, planes, threshold, sigma);
    const NodeTile tile = node_tile();
    for (int64_t b = tile.sample; b < samples; b += tile.sample_step) {
        const NodeRow row = load_node_row(p + b * outputs, tile.block, outputs);
        float* const z_row = z + b * outputs;
        float* const y_row = y + b * outputs;
        draw_warp_mask<1>(
            mask, static_cast<Noise>(noise), tile.block, 0, mask_sample(fixed, first_sample, b), outputs,
            [&](uint32_t j, uint32_t u, const float(&m)[1]) {
                const float masked = __fmul_rn(row.values[j], m[0]);
                const float value = bias == nullptr ? masked : __fadd_rn(masked, bias[u]);
                z_row[u] = value;
                y_row[u] = activate(static_cast<Activation>(activation), value);
            });
    }
}

KERNEL(
    node_backward, __launch_bounds__(MASK_BLOCK), const StepState* state, uint32_t layer, int32_t noise, int32_t fixed,
    uint32_t planes, uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples, int32_t outputs,
    int32_t activation, const float* z, const float* y, const float* dy, float* dp, float* bias_sums) {
    SHARED_ARRAY(float, warp_sums, MASK_BLOCK_WARPS* WARP_MASK_OUTPUTS);
    const Mask mask = current_mask(state, layer, fixed, planes, threshold, sigma);
    const Activation kind = static_cast<Activation>(activation);
    const float* const points = derivative_takes_output(kind) ? y : z;
    const NodeTile tile = node_tile();
    float sums[WARP_MASK_BLOCKS] = {};
    for (int64_t b = tile.sample; b < samples; b += tile.sample_step) {
        const NodeRow point = load_node_row(points + b * outputs, tile.block, outputs);
        const NodeRow row = load_node_row(dy + b * outputs, tile.block, outputs);
        float* const dp_row = dp + b * outputs;
        draw_warp_mask<1>(
            mask, static_cast<Noise>(noise), tile.block, 0, mask_sample(fixed, first_sample, b), outputs,
            [&](uint32_t j, uint32_t u, const float(&m)[1]) {
                const float derivative = activation_derivative(kind, point.values[j], point.values[j]);
                const float dz = __fmul_rn(row.values[j], derivative);
                dp_row[u] = __fmul_rn(dz, m[0]);
                sums[j] = __fadd_rn(sums[j], dz);
            });
    }
    if (bias_sums == nullptr) {
        return;
    }
#pragma unroll
    for (uint32_t j = 0; j < WARP_MASK_BLOCKS; ++j) {
        warp_sums[(threadIdx.x / 32u) * WARP_MASK_OUTPUTS + j * 32 + (threadIdx.x & 31u)] = sums[j];
    }
    __syncthreads();
    const int64_t u = static_cast<int64_t>(blockIdx.x) * WARP_MASK_OUTPUTS + threadIdx.x;
    if (threadIdx.x < WARP_MASK_OUTPUTS && u < outputs) {
        float sum = 0.0f;
        for (int warp = 0; warp < MASK_BLOCK_WARPS; ++warp) {
            sum = __fadd_rn(sum, warp_sums[warp * WARP_MASK_OUTPUTS + threadIdx.x]);
        }
        bias_sums[blockIdx.y * static_cast<int64_t>(outputs) + u] = sum;
    }
}
