// As many FFMAs as the device can issue: the peak that other kernels are measured against.
// Each thread keeps FFMA_CHAINS independent sums a = a factor + addend and stores their total.
#include "platform.cuh"

constexpr int FFMA_CHAINS = 16;
constexpr int FFMA_UNROLLED = 8;

KERNEL(ffma_peak, __launch_bounds__(256), int32_t iterations, float factor, float addend, float* totals) {
    float sums[FFMA_CHAINS];
#pragma unroll
    for (int n = 0; n < FFMA_CHAINS; ++n) {
        sums[n] = static_cast<float>(n);
    }
#pragma unroll 1
    for (int32_t iteration = 0; iteration < iterations; ++iteration) {
#pragma unroll
        for (int step = 0; step < FFMA_UNROLLED; ++step) {
#pragma unroll
            for (int n = 0; n < FFMA_CHAINS; ++n) {
                sums[n] = fmaf(sums[n], factor, addend);
            }
        }
    }
    float total = 0.0f;
#pragma unroll
    for (int n = 0; n < FFMA_CHAINS; ++n) {
        total += sums[n];
    }
    totals[blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x] = total;
}
