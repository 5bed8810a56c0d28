#include <gtest/gtest.h>

#include <cmath>

#include "mask_cases.h"
#include "reference_activations.h"

namespace {

constexpr int32_t SAMPLES[] = {1, 13};
constexpr int32_t OUTPUTS[] = {1, 3, 32, 33, 128, 207, 300};

// A warp for every sample, and a grid that leaves several samples to every warp.
std::vector<device::Launch> node_launches(int32_t samples, int32_t outputs) {
    const Grid grid = node_grid(samples, outputs);
    return {launch_of(grid, MASK_BLOCK), launch_of(Grid{grid.x, 1}, MASK_BLOCK)};
}

class NodeMask : public testing::TestWithParam<MaskCase> {
  protected:
    // m[b, u] for the rows of a batch.
    std::vector<double> multipliers(const MaskPlace& place, int32_t samples, int32_t outputs) const {
        const DefinedMask mask(GetParam(), place);
        std::vector<double> m;
        for (int32_t b = 0; b < samples; ++b) {
            for (int32_t u = 0; u < outputs; ++u) {
                m.push_back(mask.value(b, 0, u));
            }
        }
        return m;
    }

    void launch_mask(
        const device::Launch& launch, const MaskPlace& place, int32_t samples, int32_t outputs, const float* from,
        float* to) const {
        run_masked("node_mask", launch, GetParam(), place, samples, outputs, from, to);
    }
};

}  // namespace

TEST_P(NodeMask, MultipliesByTheDefinedMask) {
    int32_t turn = 0;
    for (const int32_t samples : SAMPLES) {
        for (const int32_t outputs : OUTPUTS) {
            const MaskPlace place = mask_place(turn++);
            const std::vector<float> from = Numbers(turn).reals(static_cast<int64_t>(samples) * outputs, -2, 2);
            const std::vector<double> m = multipliers(place, samples, outputs);
            device::Array<float> device_from(from);
            for (const device::Launch& launch : node_launches(samples, outputs)) {
                device::Array<float> to(device_from.size());
                launch_mask(launch, place, samples, outputs, device_from.pointer(), to.pointer());
                const std::vector<float> actual = to.download();
                for (size_t k = 0; k < from.size(); ++k) {
                    ASSERT_NEAR(actual[k], from[k] * m[k], std::fabs(from[k]) * multiplier_bound(GetParam(), m[k]))
                        << samples << " x " << outputs << " at " << k << ", turn " << turn;
                }
            }
            device::Array<float> in_place(from);
            device::Array<float> apart(in_place.size());
            const device::Launch launch = node_launches(samples, outputs)[0];
            launch_mask(launch, place, samples, outputs, device_from.pointer(), apart.pointer());
            launch_mask(launch, place, samples, outputs, in_place.pointer(), in_place.pointer());
            ASSERT_EQ(bits_of(in_place.download()), bits_of(apart.download()));
        }
    }
}

TEST_P(NodeMask, ABatchMayBeSplit) {
    const int32_t outputs = 300;
    const MaskPlace place = mask_place(1);
    const std::vector<float> ones(13 * outputs, 1.0f);
    device::Array<float> from(ones);
    device::Array<float> whole(from.size());
    launch_mask(launch_of(node_grid(13, outputs), MASK_BLOCK), place, 13, outputs, from.pointer(), whole.pointer());
    MaskPlace rest = place;
    rest.first_sample += 5;
    device::Array<float> part(8 * outputs);
    launch_mask(launch_of(node_grid(8, outputs), MASK_BLOCK), rest, 8, outputs, from.pointer(), part.pointer());
    const std::vector<float> all = whole.download();
    EXPECT_EQ(part.download(), std::vector<float>(all.begin() + 5 * outputs, all.end()));
}

TEST_P(NodeMask, ForwardAddsBiasAndActivates) {
    const MaskCase& mask = GetParam();
    int32_t turn = 0;
    for (const int32_t samples : {1, 13}) {
        for (const int32_t outputs : {1, 33, 130}) {
            const ReferenceActivation& activation = REFERENCE_ACTIVATIONS[turn % 6];
            const MaskPlace place = mask_place(turn++);
            const bool biased = turn % 3 != 0;
            Numbers numbers(turn);
            const std::vector<float> p = numbers.reals(static_cast<int64_t>(samples) * outputs, -2, 2);
            const std::vector<float> bias = numbers.reals(outputs, -1, 1);
            const std::vector<double> m = multipliers(place, samples, outputs);
            device::Array<float> device_bias(bias);
            const auto forward = [&](const device::Launch& launch, float* from, float* z, float* y) {
                run_masked(
                    "node_forward", launch, mask, place, samples, outputs, activation.number, from,
                    biased ? device_bias.pointer() : nullptr, z, y);
            };
            for (const device::Launch& launch : node_launches(samples, outputs)) {
                device::Array<float> device_p(p);
                device::Array<float> z(device_p.size());
                device::Array<float> y(device_p.size());
                forward(launch, device_p.pointer(), z.pointer(), y.pointer());
                const std::vector<float> actual_z = z.download();
                const std::vector<float> actual_y = y.download();
                for (size_t k = 0; k < p.size(); ++k) {
                    const double masked = p[k] * m[k];
                    const double expected = masked + (biased ? bias[k % outputs] : 0.0f);
                    const double bound =
                        std::fabs(p[k]) * multiplier_bound(mask, m[k]) + 2 * FLOAT_EPSILON * (std::fabs(masked) + 1);
                    ASSERT_NEAR(actual_z[k], expected, bound) << samples << " x " << outputs << " at " << k;
                    ASSERT_NEAR(actual_y[k], activation.value(actual_z[k]), activation_bound(actual_z[k]))
                        << activation.name << " of " << actual_z[k];
                }
                // Everything in one place.
                forward(launch, device_p.pointer(), device_p.pointer(), device_p.pointer());
                ASSERT_EQ(bits_of(device_p.download()), bits_of(actual_y));
            }
        }
    }
}

TEST_P(NodeMask, BackwardGivesTheGradientOfTheProductAndOfTheBias) {
    const MaskCase& mask = GetParam();
    int32_t turn = 0;
    for (const int32_t samples : {1, 13}) {
        for (const int32_t outputs : {1, 33, 130}) {
            const ReferenceActivation& activation = REFERENCE_ACTIVATIONS[turn % 6];
            const MaskPlace place = mask_place(turn++);
            const int64_t n = static_cast<int64_t>(samples) * outputs;
            Numbers numbers(turn);
            const std::vector<float> z = numbers.reals(n, -2, 2);
            const std::vector<float> dy = numbers.reals(n, -1, 1);
            std::vector<float> y(n);
            for (int64_t k = 0; k < n; ++k) {
                y[k] = static_cast<float>(activation.value(z[k]));
            }
            const std::vector<double> m = multipliers(place, samples, outputs);
            std::vector<double> dz(n);
            std::vector<double> sums(outputs, 0.0);
            for (int64_t k = 0; k < n; ++k) {
                dz[k] = dy[k] * activation.derivative(z[k]);
                sums[k % outputs] += dz[k];
            }
            device::Array<float> device_z(z);
            device::Array<float> device_y(y);
            const auto backward = [&](const Grid& grid, const float* from, float* to, float* bias_sums) {
                run_masked(
                    "node_backward", launch_of(grid, MASK_BLOCK), mask, place, samples, outputs, activation.number,
                    device_z.pointer(), device_y.pointer(), from, to, bias_sums);
            };
            const Grid chosen = node_grid(samples, outputs);
            for (const Grid& grid : {chosen, Grid{chosen.x, 1}, Grid{chosen.x, 2}}) {
                device::Array<float> device_dy(dy);
                device::Array<float> dp(n);
                device::Array<float> bias_sums(static_cast<int64_t>(grid.y) * outputs);
                backward(grid, device_dy.pointer(), dp.pointer(), bias_sums.pointer());
                const std::vector<float> actual = dp.download();
                for (int64_t k = 0; k < n; ++k) {
                    const double bound =
                        std::fabs(dz[k]) * multiplier_bound(mask, m[k]) + 2e-6 * std::fabs(dy[k] * m[k]);
                    ASSERT_NEAR(actual[k], dz[k] * m[k], bound) << samples << " x " << outputs << " at " << k;
                }
                device::Array<float> gradient(outputs);
                run("column_sums", launch_of(Grid{blocks_for(outputs, COLUMN_SUMS_COLUMNS), 1}, COLUMN_SUMS_BLOCK),
                    static_cast<int32_t>(grid.y), outputs, bias_sums.pointer(), gradient.pointer());
                const std::vector<float> actual_sums = gradient.download();
                for (int32_t u = 0; u < outputs; ++u) {
                    // Each of the terms is below 1.2 and good to 2e-6; each of the additions rounds a sum below that of
                    // all.
                    const double bound = samples * (2e-6 + samples * 1.2 * FLOAT_EPSILON);
                    ASSERT_NEAR(actual_sums[u], sums[u], bound) << samples << " x " << outputs << " output " << u;
                }
                // Without sums, and in place.
                backward(grid, device_dy.pointer(), device_dy.pointer(), nullptr);
                ASSERT_EQ(bits_of(device_dy.download()), bits_of(actual));
            }
        }
    }
}

TEST(NodeBackward, BiasSumsAreExactOnWholeNumbersAndGradientsOfTheSameBitsInEveryRun) {
    const MaskCase& mask = MASK_CASES[7];
    const int32_t samples = 207;
    const int32_t outputs = 300;
    const MaskPlace place = mask_place(0);
    const std::vector<float> dy = Numbers(8).whole(static_cast<int64_t>(samples) * outputs, -100, 100);
    std::vector<float> expected(outputs, 0.0f);
    for (size_t k = 0; k < dy.size(); ++k) {
        expected[k % outputs] += dy[k];
    }
    device::Array<float> device_dy(dy);
    device::Array<float> dp(device_dy.size());
    std::vector<uint32_t> first;
    for (int repeat = 0; repeat < 3; ++repeat) {
        const Grid grid{node_grid(samples, outputs).x, 5};
        device::Array<float> rows(5 * outputs);
        run_masked(
            "node_backward", launch_of(grid, MASK_BLOCK), mask, place, samples, outputs,
            REFERENCE_ACTIVATIONS[0].number, device_dy.pointer(), device_dy.pointer(), device_dy.pointer(),
            dp.pointer(), rows.pointer());
        std::vector<float> sums(outputs, 0.0f);
        const std::vector<float> partial = rows.download();
        for (size_t k = 0; k < partial.size(); ++k) {
            sums[k % outputs] += partial[k];
        }
        EXPECT_EQ(sums, expected);
        first = repeat == 0 ? bits_of(dp.download()) : first;
        EXPECT_EQ(bits_of(dp.download()), first);
    }
}

INSTANTIATE_TEST_SUITE_P(Masks, NodeMask, testing::ValuesIn(MASK_CASES), mask_case_name);
