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
    };
    return masks;
}

ConnectionLayer::ConnectionLayer(const ConnectionMask& mask, device::LayerShape shape, size_t offset)
    : MaskedLayer(
          mask, {shape.samples, 1, shape.inputs, shape.outputs},
          {CONNECTION_LARGEST, 1, CONNECTION_LARGEST, CONNECTION_LARGEST}, false, offset),
      shape_(shape) {
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

// Each term and further operation rounds.
double ConnectionLayer::relative_error(ConnectionPass pass, const ConnectionPlan& plan) const {
    const int32_t terms = pass == ConnectionPass::FORWARD          ? shape_.inputs
                          : pass == ConnectionPass::BACKWARD_INPUT ? shape_.outputs
                                                                   : shape_.samples;
    return (terms + plan.splits + 6) * 0x1p-24;
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

std::vector<ConnectionTile> tiles_for(ConnectionSource source, device::LayerShape shape) {
    if (source == ConnectionSource::GAUSSIAN || source == ConnectionSource::PARTIAL_GAUSSIAN) {
        return {ConnectionTile::NORMALS};
    }
    if (shape.inputs % 4 != 0 || shape.outputs % 4 != 0) {
        return {ConnectionTile::UNALIGNED};
    }
    return {ConnectionTile::LARGE, ConnectionTile::SMALL, ConnectionTile::UNALIGNED};
}
