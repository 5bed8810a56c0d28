// Gaussian noise at the outputs of a layer instead of its connections. With the variance v[b,u] = sum_i (x[b,i]
// w[i,u])^2 of unit noise on every connection, and the noise e[b,u] = m[b,0,u] - 1 of the defined multipliers of input
// 0:
//
//   reparameterize            z[b,u] = z[b,u] + sqrt(v[b,u]) e[b,u]
//   reparameterize_backward   dv[b,u] = dz[b,u] e[b,u] / (2 sqrt(v[b,u])), 0 where v is 0
//
//   v, z, dz, dv [samples, outputs]; dv may be dz. Every rounding is the CPU's.
#include "mask.cuh"
#include "positions.cuh"

// e of element k.
__device__ __forceinline__ float output_noise(const Mask& mask, uint32_t first_sample, int32_t outputs, int64_t k) {
    const auto sample = first_sample + static_cast<uint32_t>(k / outputs);
    const auto output = static_cast<uint32_t>(k % outputs);
    return __fsub_rn(noisy_multiplier(mask.sigma, mask_normals(mask, output, 0, sample).x), 1.0f);
}

KERNEL(
    reparameterize, __launch_bounds__(ELEMENT_BLOCK), const StepState* state, uint32_t layer, float sigma,
    uint32_t first_sample, int32_t samples, int32_t outputs, const float* variance, float* z) {
    const Mask mask = mask_at(*state, layer, 1, 1, sigma);
    const int64_t n = static_cast<int64_t>(samples) * outputs;
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        z[k] = __fadd_rn(z[k], __fmul_rn(sqrtf(variance[k]), output_noise(mask, first_sample, outputs, k)));
    }
}

KERNEL(
    reparameterize_backward, __launch_bounds__(ELEMENT_BLOCK), const StepState* state, uint32_t layer, float sigma,
    uint32_t first_sample, int32_t samples, int32_t outputs, const float* variance, const float* dz, float* dv) {
    const Mask mask = mask_at(*state, layer, 1, 1, sigma);
    const int64_t n = static_cast<int64_t>(samples) * outputs;
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        const float noise = output_noise(mask, first_sample, outputs, k);
        dv[k] = variance[k] > 0.0f ? __fmul_rn(dz[k], noise) / (2.0f * sqrtf(variance[k])) : 0.0f;
    }
}
