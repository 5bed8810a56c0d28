#include "multi_position_layer.h"

using device::MultiPositionSource;
using reference::Noise;

const std::vector<MultiPositionMask>& multi_position_masks() {
    static const std::vector<MultiPositionMask> masks = {
        {MultiPositionSource::ONE_PLANE, Noise::BERNOULLI, {1, 1}, 0},
        {MultiPositionSource::MANY_PLANES, Noise::BERNOULLI, {2, 3}, 0},
        {MultiPositionSource::MANY_PLANES, Noise::BERNOULLI, {16, 40001}, 0},
        {MultiPositionSource::GAUSSIAN, Noise::GAUSSIAN, {1, 1}, 1.0},
        {MultiPositionSource::PARTIAL_GAUSSIAN, Noise::PARTIAL_GAUSSIAN, {6, 45}, 0.6546536707079771},
    };
    return masks;
}

MultiPositionLayer::MultiPositionLayer(
    const MultiPositionMask& mask, MultiPositionPrecision precision, MultiPositionShape shape,
    MultiPositionNumbers numbers, size_t offset)
    : MaskedLayer(
          mask, {shape.samples, shape.positions, shape.inputs, shape.outputs}, {3, 1, 300, 300},
          numbers == MultiPositionNumbers::HELD, offset),
      precision_(precision),
      shape_(shape),
      numbers_(numbers) {}

void MultiPositionLayer::launch(
    ConnectionPass pass, const MultiPositionPlan& plan, const device::PassOperands& operands) {
    device::MultiPositionLaunch launch{mask_.source, precision_, plan, shape_, mask_.draw(state_.pointer())};
    if (plan.first_words > 0) {
        launch.first = first_.emplace(plan.first_words).pointer();
    }
    if (plan.second_words > 0) {
        launch.second = second_.emplace(plan.second_words).pointer();
    }
    launch.partials = partials_of(plan);
    device::make_operands(pass, launch, operands);
    device::launch_multi_position(pass, launch, operands);
}

// Each term and further operation rounds (tensor cores cut off). Operands are within 2^-10 of themselves in TF32, 2^-8
// in bf16; numbers that are held do not change, but weights times normals do, in bf16 a second time.
double MultiPositionLayer::relative_error(ConnectionPass pass, const MultiPositionPlan&) const {
    const int32_t terms = pass == ConnectionPass::FORWARD          ? shape_.inputs
                          : pass == ConnectionPass::BACKWARD_INPUT ? shape_.outputs
                                                                   : shape_.positions + shape_.samples;
    const bool multiplied = mask_.sigma > 0 && pass != ConnectionPass::BACKWARD_WEIGHT;
    const int operands = (numbers_ == MultiPositionNumbers::ANY ? 2 : 0) + (multiplied ? 1 : 0);
    const double operand = precision_ == MultiPositionPrecision::TF32 ? 0x1p-10 : 0x1p-8;
    return (terms + 6) * 0x1p-23 + operands * operand * 1.01;
}
