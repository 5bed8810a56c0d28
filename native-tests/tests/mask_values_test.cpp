#include <gtest/gtest.h>

#include <cmath>

#include "launches.h"
#include "mask_cases.h"
#include "numbers.h"
#include "step_states.h"

namespace {

constexpr int32_t INPUTS[] = {1, 3, 4, 33};
constexpr int32_t OUTPUTS[] = {1, 13, 32, 33, 129};

// A warp for every sample, quad of inputs and 128 outputs.
Grid mask_grid(int32_t samples, int32_t inputs, int32_t outputs) {
    return {
        blocks_for(outputs, WARP_MASK_OUTPUTS), blocks_for(blocks_for(inputs, 4), MASK_BLOCK_WARPS),
        static_cast<unsigned>(samples)};
}

class MaskValues : public testing::TestWithParam<MaskCase> {
  protected:
    std::vector<float> exported(
        const Grid& grid, const MaskPlace& place, int32_t node, int32_t samples, int32_t inputs,
        int32_t outputs) const {
        const MaskCase& mask = GetParam();
        device::Array<StepState> state(step_state(place.seed, place.step));
        device::Array<float> to(static_cast<int64_t>(samples) * inputs * outputs);
        run("mask_export", launch_of(grid, MASK_BLOCK), state.pointer(), place.layer, mask.noise, node, place.fixed,
            mask.planes, mask.threshold, mask.sigma, place.first_sample, samples, inputs, outputs, to.pointer());
        return to.download();
    }

    void launch_weights(
        const Grid& grid, const MaskPlace& place, int32_t inputs, int32_t outputs, const float* from, float* to) const {
        const MaskCase& mask = GetParam();
        device::Array<StepState> state(step_state(place.seed, place.step));
        run("weight_mask", launch_of(grid, MASK_BLOCK), state.pointer(), place.layer, mask.noise, place.fixed,
            mask.planes, mask.threshold, mask.sigma, inputs, outputs, from, to);
    }
};

}  // namespace

TEST_P(MaskValues, ExportWritesTheDefinedMask) {
    int32_t turn = 0;
    for (const int32_t inputs : INPUTS) {
        for (const int32_t outputs : OUTPUTS) {
            const int32_t samples = 2;
            const int32_t node = turn % 3 == 2 ? 1 : 0;
            const MaskPlace place = mask_place(turn++);
            const Grid grid = mask_grid(samples, inputs, outputs);
            const std::vector<float> actual = exported(grid, place, node, samples, inputs, outputs);
            const DefinedMask mask(GetParam(), place);
            size_t k = 0;
            for (int32_t b = 0; b < samples; ++b) {
                for (int32_t i = 0; i < inputs; ++i) {
                    for (int32_t u = 0; u < outputs; ++u, ++k) {
                        const double m = mask.value(b, node != 0 ? 0 : i, u);
                        ASSERT_NEAR(actual[k], m, multiplier_bound(GetParam(), m))
                            << inputs << " x " << outputs << " at " << b << " " << i << " " << u;
                    }
                }
            }
            ASSERT_EQ(exported(Grid{grid.x}, place, node, samples, inputs, outputs), actual);
        }
    }
}

TEST_P(MaskValues, WeightsAreMultipliedByTheMaskOfSampleZero) {
    int32_t turn = 0;
    for (const int32_t inputs : INPUTS) {
        for (const int32_t outputs : OUTPUTS) {
            MaskPlace place = mask_place(turn++);
            const std::vector<float> from = Numbers(turn).reals(static_cast<int64_t>(inputs) * outputs, -2, 2);
            device::Array<float> device_from(from);
            device::Array<float> to(device_from.size());
            const Grid grid = mask_grid(1, inputs, outputs);
            launch_weights(grid, place, inputs, outputs, device_from.pointer(), to.pointer());
            const std::vector<float> actual = to.download();
            place.first_sample = 0;
            const DefinedMask mask(GetParam(), place);
            for (size_t k = 0; k < from.size(); ++k) {
                const double m = mask.value(0, static_cast<uint32_t>(k / outputs), static_cast<uint32_t>(k % outputs));
                ASSERT_NEAR(actual[k], from[k] * m, std::fabs(from[k]) * multiplier_bound(GetParam(), m))
                    << inputs << " x " << outputs << " at " << k;
            }
            launch_weights(Grid{grid.x}, place, inputs, outputs, device_from.pointer(), device_from.pointer());
            ASSERT_EQ(bits_of(device_from.download()), bits_of(actual)) << "in place, one row of blocks";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Masks, MaskValues, testing::ValuesIn(MASK_CASES), mask_case_name);
