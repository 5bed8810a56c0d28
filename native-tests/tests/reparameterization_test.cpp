#include <gtest/gtest.h>

#include <cmath>

#include "launches.h"
#include "mask.h"
#include "numbers.h"
#include "step_state.cuh"

namespace {

constexpr uint64_t SEED = 0x0123456789ABCDEFu;
constexpr uint32_t LAYER = 2;
constexpr uint32_t STEP = 77;
constexpr uint32_t FIRST_SAMPLE = 1000003;
constexpr float SIGMA = 0.75f;

struct Shape {
    int32_t samples;
    int32_t outputs;
};
constexpr Shape SHAPES[] = {{1, 1}, {3, 13}, {13, 207}, {64, 33}};

device::Array<StepState> state() {
    return device::Array<StepState>(
        std::vector<StepState>{{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0.0f}});
}

// sigma times the normal of input 0.
double noise(const Shape& shape, int64_t k) {
    return SIGMA * reference::normal(
                       reference::layer_key(SEED, LAYER), STEP, FIRST_SAMPLE + static_cast<uint32_t>(k / shape.outputs),
                       0, static_cast<uint32_t>(k % shape.outputs));
}

// Some are 0, as where an input is.
std::vector<float> variances(int64_t n) {
    std::vector<float> values = Numbers(n).reals(n, 0, 4);
    for (int64_t k = 0; k < n; k += 5) {
        values[k] = 0.0f;
    }
    return values;
}

}  // namespace

TEST(Reparameterization, NoiseAtTheOutputsIsThatOfInputZero) {
    const device::Array<StepState> at = state();
    for (const Shape& shape : SHAPES) {
        const int64_t n = static_cast<int64_t>(shape.samples) * shape.outputs;
        const std::vector<float> variance = variances(n);
        const std::vector<float> before = Numbers(n + 1).reals(n, -3, 3);
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> device_variance(variance);
            device::Array<float> z(before);
            run("reparameterize", launch, static_cast<const StepState*>(at.pointer()), LAYER, SIGMA, FIRST_SAMPLE,
                shape.samples, shape.outputs, device_variance.pointer(), z.pointer());
            const std::vector<float> after = z.download();
            for (int64_t k = 0; k < n; ++k) {
                ASSERT_NEAR(after[k], before[k] + std::sqrt(double{variance[k]}) * noise(shape, k), 5e-5) << k;
            }
        }
    }
}

TEST(Reparameterization, GradientOfTheVarianceIsZeroWhereThereIsNone) {
    const device::Array<StepState> at = state();
    for (const Shape& shape : SHAPES) {
        const int64_t n = static_cast<int64_t>(shape.samples) * shape.outputs;
        const std::vector<float> variance = variances(n);
        const std::vector<float> dz = Numbers(n + 1).reals(n, -3, 3);
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> device_variance(variance);
            device::Array<float> gradient(dz);
            run("reparameterize_backward", launch, static_cast<const StepState*>(at.pointer()), LAYER, SIGMA,
                FIRST_SAMPLE, shape.samples, shape.outputs, device_variance.pointer(), gradient.pointer(),
                gradient.pointer());
            const std::vector<float> after = gradient.download();
            for (int64_t k = 0; k < n; ++k) {
                const double deviation = std::sqrt(double{variance[k]});
                const double expected = variance[k] > 0 ? dz[k] * noise(shape, k) / (2 * deviation) : 0;
                ASSERT_NEAR(after[k], expected, 1e-4 * (1 + 1 / (deviation + 1e-30)) * (variance[k] > 0 ? 1 : 0)) << k;
            }
        }
    }
}
