#include <gtest/gtest.h>

#include "multi_position_layer.h"

namespace {

constexpr MultiPositionTile TILES[] = {MultiPositionTile::LARGE, MultiPositionTile::SMALL};
constexpr MultiPositionPrecision PRECISIONS[] = {MultiPositionPrecision::TF32, MultiPositionPrecision::BF16};

// A mask and a precision.
struct MultiPositionCase {
    size_t mask;
    MultiPositionPrecision precision;
};

std::vector<MultiPositionCase> cases() {
    std::vector<MultiPositionCase> all;
    for (size_t mask = 0; mask < multi_position_masks().size(); ++mask) {
        for (const MultiPositionPrecision precision : PRECISIONS) {
            all.push_back({mask, precision});
        }
    }
    return all;
}

std::string case_name(const testing::TestParamInfo<MultiPositionCase>& info) {
    const MultiPositionMask& mask = multi_position_masks()[info.param.mask];
    std::string name = device::multi_position_kernel(
        ConnectionPass::FORWARD, mask.source, info.param.precision, MultiPositionTile::LARGE);
    name = name.substr(std::string("multi_position_forward_").size());
    name = name.substr(0, name.rfind("_large"));
    return name + "_" + mask.rate_text();
}

}  // namespace

class MultiPositionKernels : public testing::TestWithParam<MultiPositionCase> {
  protected:
    MultiPositionLayer layer(const MultiPositionShape& shape, MultiPositionNumbers numbers, size_t offset = 0) const {
        return MultiPositionLayer(
            multi_position_masks()[GetParam().mask], GetParam().precision, shape, numbers, offset);
    }

    // Takes turns with activations and biases.
    void check(MultiPositionLayer& layer, ConnectionPass pass, const MultiPositionPlan& plan) {
        const MultiPositionShape& s = layer.shape();
        SCOPED_TRACE(
            device::multi_position_kernel(
                pass, multi_position_masks()[GetParam().mask].source, GetParam().precision, plan.tile) +
            " for " + std::to_string(s.samples) + " x " + std::to_string(s.positions) + " x " +
            std::to_string(s.inputs) + " x " + std::to_string(s.outputs) + " in " + std::to_string(plan.splits) +
            " splits");
        const auto activation = static_cast<int32_t>(turn_++ % 6);
        layer.check(pass, plan, activation, pass == ConnectionPass::FORWARD && activation % 3 != 0);
    }

  private:
    uint32_t turn_ = 1;
};

// All four sizes ragged, whole, and beyond a tile and a group of the mask; samples in one and in several splits.
TEST_P(MultiPositionKernels, GiveTheReferencesSums) {
    const MultiPositionShape shapes[] = {{1, 1, 1, 1},     {2, 3, 13, 33},   {3, 33, 4, 8},   {2, 64, 64, 64},
                                         {3, 70, 31, 132}, {1, 31, 207, 3},  {1, 13, 3, 207}, {2, 130, 36, 68},
                                         {1, 5, 264, 100}, {1, 8, 100, 264}, {3, 100, 1, 1},  {1, 132, 128, 258}};
    uint32_t turn = 0;
    for (const MultiPositionShape& shape : shapes) {
        MultiPositionLayer operands = layer(shape, MultiPositionNumbers::HELD);
        for (const ConnectionPass pass : PASSES) {
            for (const MultiPositionTile tile : TILES) {
                const int32_t splits = pass == ConnectionPass::BACKWARD_WEIGHT ? 1 + turn++ / 2 % 3 : 1;
                check(
                    operands, pass, device::multi_position_plan(pass, GetParam().precision, shape, true, tile, splits));
                if (HasFatalFailure()) {
                    return;
                }
            }
        }
    }
}

TEST_P(MultiPositionKernels, RoundOperandsNoMoreThanTheirPrecision) {
    const MultiPositionShape shape{2, 20, 60, 44};
    MultiPositionLayer operands = layer(shape, MultiPositionNumbers::ANY);
    for (const ConnectionPass pass : PASSES) {
        check(
            operands, pass,
            device::multi_position_plan(pass, GetParam().precision, shape, true, MultiPositionTile::SMALL, 1));
    }
}

TEST_P(MultiPositionKernels, TakeBuffersThatAreNotAligned) {
    const MultiPositionShape shape{2, 20, 64, 36};
    MultiPositionLayer operands = layer(shape, MultiPositionNumbers::HELD, 1);
    for (const ConnectionPass pass : PASSES) {
        check(
            operands, pass,
            device::multi_position_plan(pass, GetParam().precision, shape, false, MultiPositionTile::SMALL, 2));
    }
}

// Without a split, both tiles add in the same order.
TEST_P(MultiPositionKernels, GiveTheSameBitsFromEveryTileAndEveryTime) {
    const MultiPositionShape shape{2, 40, 100, 68};
    MultiPositionLayer operands = layer(shape, MultiPositionNumbers::ANY);
    for (const ConnectionPass pass : PASSES) {
        std::vector<std::vector<float>> results;
        for (const MultiPositionTile tile : TILES) {
            for (int repeat = 0; repeat < 2; ++repeat) {
                results.push_back(operands.results(
                    pass, device::multi_position_plan(pass, GetParam().precision, shape, true, tile, 1)));
            }
        }
        for (const std::vector<float>& result : results) {
            EXPECT_EQ(result, results.front());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Masks, MultiPositionKernels, testing::ValuesIn(cases()), case_name);
