#include <gtest/gtest.h>

#include "sequence_layer.h"

namespace {

constexpr ConnectionPass PASSES[] = {
    ConnectionPass::FORWARD, ConnectionPass::BACKWARD_INPUT, ConnectionPass::BACKWARD_WEIGHT};
constexpr SequenceTile TILES[] = {SequenceTile::LARGE, SequenceTile::SMALL};
constexpr SequencePrecision PRECISIONS[] = {SequencePrecision::TF32, SequencePrecision::BF16};
constexpr int32_t SHARED_LIMIT = 160 * 1024;

SequencePlan plan_with(
    ConnectionPass pass, SequencePrecision precision, const SequenceShape& shape, bool aligned, SequenceTile tile,
    int32_t stretches) {
    return sequence_plan::plan_with(pass, precision, shape, aligned, tile, stretches);
}

// A mask and a precision.
struct SequenceCase {
    size_t mask;
    SequencePrecision precision;
};

std::vector<SequenceCase> cases() {
    std::vector<SequenceCase> all;
    for (size_t mask = 0; mask < sequence_masks().size(); ++mask) {
        for (const SequencePrecision precision : PRECISIONS) {
            all.push_back({mask, precision});
        }
    }
    return all;
}

std::string case_name(const testing::TestParamInfo<SequenceCase>& info) {
    const SequenceMask& mask = sequence_masks()[info.param.mask];
    std::string name = device::sequence_kernel(
        ConnectionPass::FORWARD, mask.source, info.param.precision, SequenceTile::LARGE);
    name = name.substr(std::string("sequence_forward_").size());
    name = name.substr(0, name.rfind("_large"));
    return name + "_" + std::to_string(mask.rate.threshold) + "_of_" + std::to_string(1 << mask.rate.planes);
}

}  // namespace

class SequenceKernels : public testing::TestWithParam<SequenceCase> {
  protected:
    SequenceLayer layer(const SequenceShape& shape, SequenceNumbers numbers, size_t offset = 0) const {
        return SequenceLayer(sequence_masks()[GetParam().mask], GetParam().precision, shape, numbers, offset);
    }

    // Takes turns with activations and biases.
    void check(SequenceLayer& layer, ConnectionPass pass, const SequencePlan& plan) {
        const SequenceShape& s = layer.shape();
        SCOPED_TRACE(
            device::sequence_kernel(
                pass, sequence_masks()[GetParam().mask].source, GetParam().precision, plan.tile) +
            " for " + std::to_string(s.samples) + " x " + std::to_string(s.positions) + " x " +
            std::to_string(s.inputs) + " x " + std::to_string(s.outputs) + " in " + std::to_string(plan.stretches) +
            " stretches");
        const auto activation = static_cast<int32_t>(turn_++ % 6);
        switch (pass) {
            case ConnectionPass::FORWARD: layer.check_forward(plan, activation, activation % 3 != 0); break;
            case ConnectionPass::BACKWARD_INPUT: layer.check_backward_input(plan, activation); break;
            default: layer.check_backward_weight(plan);
        }
    }

  private:
    uint32_t turn_ = 1;
};

// All four sizes ragged, whole, and beyond a tile and a group of the mask; samples in one and in several stretches.
TEST_P(SequenceKernels, GiveTheReferencesSums) {
    const SequenceShape shapes[] = {{1, 1, 1, 1},     {2, 3, 13, 33},   {3, 33, 4, 8},    {2, 64, 64, 64},
                                    {3, 70, 31, 132}, {1, 31, 207, 3},  {1, 13, 3, 207},  {2, 130, 36, 68},
                                    {1, 5, 264, 100}, {1, 8, 100, 264}, {3, 100, 1, 1},   {1, 132, 128, 258}};
    uint32_t turn = 0;
    for (const SequenceShape& shape : shapes) {
        SequenceLayer operands = layer(shape, SequenceNumbers::HELD);
        for (const ConnectionPass pass : PASSES) {
            for (const SequenceTile tile : TILES) {
                const int32_t stretches = pass == ConnectionPass::BACKWARD_WEIGHT ? 1 + turn++ / 2 % 3 : 1;
                check(operands, pass, plan_with(pass, GetParam().precision, shape, true, tile, stretches));
                if (HasFatalFailure()) {
                    return;
                }
            }
        }
    }
}

TEST_P(SequenceKernels, RoundOperandsNoMoreThanTheirPrecision) {
    const SequenceShape shape{2, 20, 60, 44};
    SequenceLayer operands = layer(shape, SequenceNumbers::ANY);
    for (const ConnectionPass pass : PASSES) {
        check(operands, pass, plan_with(pass, GetParam().precision, shape, true, SequenceTile::SMALL, 1));
    }
}

TEST_P(SequenceKernels, TakeBuffersThatAreNotAligned) {
    const SequenceShape shape{2, 20, 64, 36};
    SequenceLayer operands = layer(shape, SequenceNumbers::HELD, 1);
    for (const ConnectionPass pass : PASSES) {
        check(operands, pass, plan_with(pass, GetParam().precision, shape, false, SequenceTile::SMALL, 2));
    }
}

TEST_P(SequenceKernels, FollowTheirPlans) {
    const SequenceShape shape{3, 66, 100, 40};
    SequenceLayer operands = layer(shape, SequenceNumbers::HELD);
    for (const ConnectionPass pass : PASSES) {
        check(
            operands, pass,
            plan_sequences(pass, GetParam().precision, shape, true, device::multiprocessors(), SHARED_LIMIT));
    }
}

// Without a split, both tiles add in the same order.
TEST_P(SequenceKernels, GiveTheSameBitsFromEveryTileAndEveryTime) {
    const SequenceShape shape{2, 40, 100, 68};
    SequenceLayer operands = layer(shape, SequenceNumbers::ANY);
    for (const ConnectionPass pass : PASSES) {
        std::vector<std::vector<float>> results;
        for (const SequenceTile tile : TILES) {
            for (int repeat = 0; repeat < 2; ++repeat) {
                results.push_back(
                    operands.results(pass, plan_with(pass, GetParam().precision, shape, true, tile, 1)));
            }
        }
        for (const std::vector<float>& result : results) {
            EXPECT_EQ(result, results.front());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Masks, SequenceKernels, testing::ValuesIn(cases()), case_name);
