// Updates of n parameters w from gradients g, in one flat buffer; learning rate r and step t - 1 from the step state.
// Each operation is rounded, in the CPU's order.
//
//   sgd    v = mu v + g; w = w - r v; with Nesterov's look-ahead (nesterov != 0) w = w - r (g + mu v)
//   adam   m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2
//          w = w - r (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w); decay 0 is Adam, else AdamW
#include "positions.cuh"
#include "step_state.cuh"

#include <cmath>

// What is the same for all elements, rounded from double.
struct AdamScales {
    float pace;        // r / (1 - b1^t)
    float root_scale;  // 1 / sqrt(1 - b2^t)
    float decay;       // r decay
};

__device__ __forceinline__ AdamScales adam_scales(const StepState& state, float beta1, float beta2, float decay) {
    const double t = static_cast<double>(state.step) + 1.0;
    const double rate = state.learning_rate;
    return AdamScales{
        static_cast<float>(rate / (1.0 - pow(static_cast<double>(beta1), t))),
        static_cast<float>(1.0 / sqrt(1.0 - pow(static_cast<double>(beta2), t))), static_cast<float>(rate * decay)};
}

KERNEL(
    sgd, __launch_bounds__(ELEMENT_BLOCK), const StepState* state, int64_t n, float momentum, int32_t nesterov,
    float* w, const float* g, float* v) {
    const float rate = state->learning_rate;
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        const float gradient = g[k];
        const float velocity = __fadd_rn(__fmul_rn(momentum, v[k]), gradient);
        const float direction = nesterov != 0 ? __fadd_rn(gradient, __fmul_rn(momentum, velocity)) : velocity;
        v[k] = velocity;
        w[k] = __fsub_rn(w[k], __fmul_rn(rate, direction));
    }
}

KERNEL(
    adam, __launch_bounds__(ELEMENT_BLOCK), const StepState* state, int64_t n, float beta1, float beta2, float epsilon,
    float decay, float* w, const float* g, float* m, float* v) {
    SHARED_ARRAY(AdamScales, shared_scales, 1);
    if (threadIdx.x == 0) {
        shared_scales[0] = adam_scales(*state, beta1, beta2, decay);
    }
    __syncthreads();
    const AdamScales scales = shared_scales[0];
    const float rest1 = __fsub_rn(1.0f, beta1);
    const float rest2 = __fsub_rn(1.0f, beta2);
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        const float gradient = g[k];
        const float old = w[k];
        const float mean = __fadd_rn(__fmul_rn(beta1, m[k]), __fmul_rn(rest1, gradient));
        const float square = __fadd_rn(__fmul_rn(beta2, v[k]), __fmul_rn(__fmul_rn(rest2, gradient), gradient));
        m[k] = mean;
        v[k] = square;
        const float divisor = __fadd_rn(__fmul_rn(__fsqrt_rn(square), scales.root_scale), epsilon);
        const float update = __fmul_rn(scales.pace, mean) / divisor;
        w[k] = __fsub_rn(__fsub_rn(old, update), __fmul_rn(scales.decay, old));
    }
}
