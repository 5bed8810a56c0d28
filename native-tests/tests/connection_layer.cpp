#include "connection_layer.h"

using reference::Noise;

const std::vector<ConnectionMask>& connection_masks() {
    static const std::vector<ConnectionMask> masks = {
        {ConnectionSource::ONE_PLANE, Noise::BERNOULLI, {1, 1}, 0},
        {ConnectionSource::TWO_PLANES, Noise::BERNOULLI, {2, 3}, 0},
        {ConnectionSource::TWO_PLANES, Noise::BERNOULLI, {2, 1}, 0},
        {ConnectionSource::MANY_PLANES, Noise::BERNOULLI, {6, 45}, 0},
        {ConnectionSource::MANY_PLANES, Noise::BERNOULLI, {16, 40001}, 0},
        {ConnectionSource::PACKED, Noise::BERNOULLI, {5, 19}, 0},
        {ConnectionSource::GAUSSIAN, Noise::GAUSSIAN, {1, 1}, 1.0},
        {ConnectionSource::PARTIAL_GAUSSIAN, Noise::PARTIAL_GAUSSIAN, {6, 45}, 0.6546536707079771},
        {ConnectionSource::UNMASKED, Noise::NONE, {1, 1}, 0},
        {{ConnectionSource::ONE_PLANE, FactorPrecision::BF16}, Noise::BERNOULLI, {1, 1}, 0},
        {{ConnectionSource::TWO_PLANES, FactorPrecision::BF16}, Noise::BERNOULLI, {2, 3}, 0},
        {{ConnectionSource::MANY_PLANES, FactorPrecision::BF16}, Noise::BERNOULLI, {6, 45}, 0},
        {{ConnectionSource::PACKED, FactorPrecision::BF16}, Noise::BERNOULLI, {5, 19}, 0},
        {{ConnectionSource::MANY_PLANES, FactorPrecision::BF16X2}, Noise::BERNOULLI, {6, 45}, 0},
        {{ConnectionSource::PACKED, FactorPrecision::BF16X2}, Noise::BERNOULLI, {5, 19}, 0},
    };
    return masks;
}

// To the nearest bf16, ties to even, by the definition: of the two neighbours the nearer one.
static float rounded_to_bf16(float value) {
    int exponent = 0;
    const double fraction = std::frexp(static_cast<double>(value), &exponent);
    return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8));
}

ConnectionLayer::ConnectionLayer(
    const ConnectionMask& mask, device::LayerShape shape, size_t offset, device::LayerShape largest)
    : MaskedLayer(
          mask, {shape.samples, 1, shape.inputs, shape.outputs}, {largest.samples, 1, largest.inputs, largest.outputs},
          false, offset),
      shape_(shape) {
    if (mask.source.precision != FactorPrecision::FP32) {
        round_factors([&](float value) {
            const float first = rounded_to_bf16(value);
            return mask.source.precision == FactorPrecision::BF16 ? first : first + rounded_to_bf16(value - first);
        });
    }
    if (mask.source == ConnectionSource::PACKED) {
        pack();
    }
}

void ConnectionLayer::launch(ConnectionPass pass, const ConnectionPlan& plan, const device::PassOperands& operands) {
    device::ConnectionLaunch launch{mask_.source, plan, shape_, mask_.draw(state_.pointer())};
    launch.packed = packed_.has_value() ? packed_->pointer() : nullptr;
    launch.partials = partials_of(plan);
    if (plan.bias_partials > 0) {
        launch.bias_partials = bias_partials_.emplace(plan.bias_partials, offset_).pointer();
    }
    device::launch_connection(pass, launch, operands);
}

// Each term and further operation rounds; sums on tensor cores are cut off, with a bit more for a few terms at a time.
double ConnectionLayer::relative_error(ConnectionPass pass, const ConnectionPlan& plan) const {
    const int32_t terms = pass == ConnectionPass::FORWARD          ? shape_.inputs
                          : pass == ConnectionPass::BACKWARD_INPUT ? shape_.outputs
                                                                   : shape_.samples;
    return (terms + plan.splits + 6) * (mask_.source.precision == FactorPrecision::FP32 ? 0x1p-24 : 0x1p-22);
}

void ConnectionLayer::pack() {
    packed_.emplace(device::packed_words(shape_));
    device::launch(
        "mask_pack", device::Launch{{3}, 128}, static_cast<const StepState*>(state_.pointer()), MASKED_LAYER,
        MASKED_FIRST_SAMPLE, mask_.rate.planes, mask_.rate.threshold, shape_.samples, shape_.inputs, shape_.outputs,
        packed_->pointer());
}

std::vector<uint32_t> ConnectionLayer::packed_by_packer() {
    pack();
    device::synchronize();
    return packed_->download();
}

std::vector<uint32_t> ConnectionLayer::packed_by_forward(const ConnectionPlan& plan) {
    packed_.emplace(device::packed_words(shape_));
    results(ConnectionPass::FORWARD, plan);
    return packed_->download();
}

std::vector<ConnectionTile> tiles_for(ConnectionVariant variant, device::LayerShape shape) {
    const ConnectionSource source = variant.source;
    if (source == ConnectionSource::GAUSSIAN || source == ConnectionSource::PARTIAL_GAUSSIAN) {
        return {ConnectionTile::NORMALS};
    }
    if (shape.inputs % 4 != 0 || shape.outputs % 4 != 0) {
        return {ConnectionTile::UNALIGNED};
    }
    if (variant.precision != FactorPrecision::FP32) {
        return {ConnectionTile::LARGE, ConnectionTile::UNALIGNED};
    }
    return {ConnectionTile::LARGE, ConnectionTile::SMALL, ConnectionTile::UNALIGNED};
}
