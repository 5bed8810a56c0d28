// Second pass of the connection kernels where the sums were split: adds the partial sums of the splits in order,
// then does what a single split would have done. Partial sums lie as partials[split][row][column]; a thread adds
// those of one result after another.
#include "activation.cuh"

constexpr int SUM_THREADS = 256;

__device__ __forceinline__ float sum_splits(const float* partials, int32_t splits, int64_t results, int64_t at) {
    float sum = partials[at];
    for (int32_t split = 1; split < splits; ++split) {
        sum += partials[split * results + at];
    }
    return sum;
}

// Calls result(at) for all results below `results`, by a grid of any size.
template <class Result>
__device__ __forceinline__ void for_each_result(int64_t results, const Result& result) {
    const int64_t step = static_cast<int64_t>(gridDim.x) * SUM_THREADS;
    for (int64_t at = static_cast<int64_t>(blockIdx.x) * SUM_THREADS + threadIdx.x; at < results; at += step) {
        result(at);
    }
}

// z = scale * sum + bias, y = act(z); z and y may be the same buffer.
KERNEL(
    connection_forward_sum, __launch_bounds__(SUM_THREADS), const float* partials, int32_t splits, int32_t samples,
    int32_t outputs, float scale, const float* bias, int32_t activation, float* z, float* y) {
    const int64_t results = static_cast<int64_t>(samples) * outputs;
    for_each_result(results, [&](int64_t at) {
        const float offset = bias != nullptr ? bias[at % outputs] : 0.0f;
        const float value = fmaf(scale, sum_splits(partials, splits, results, at), offset);
        z[at] = value;
        y[at] = activate(static_cast<Activation>(activation), value);
    });
}

// dx = scale * sum.
KERNEL(
    connection_backward_input_sum, __launch_bounds__(SUM_THREADS), const float* partials, int32_t splits,
    int32_t samples, int32_t inputs, float scale, float* dx) {
    const int64_t results = static_cast<int64_t>(samples) * inputs;
    for_each_result(results, [&](int64_t at) { dx[at] = scale * sum_splits(partials, splits, results, at); });
}

// dw = scale * sum, and db from the bias's partial sums unless null.
KERNEL(
    connection_backward_weight_sum, __launch_bounds__(SUM_THREADS), const float* partials, const float* bias_partials,
    int32_t splits, int32_t inputs, int32_t outputs, float scale, float* dw, float* db) {
    const int64_t results = static_cast<int64_t>(inputs) * outputs;
    for_each_result(results, [&](int64_t at) { dw[at] = scale * sum_splits(partials, splits, results, at); });
    if (db != nullptr) {
        for_each_result(outputs, [&](int64_t at) { db[at] = sum_splits(bias_partials, splits, outputs, at); });
    }
}
