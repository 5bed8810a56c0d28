#include "connection_layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "activation.cuh"
#include "reference_activations.h"

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

const reference::MaskTable& connection_table(const ConnectionMask& mask) {
    using Identity = std::tuple<Noise, uint32_t, uint32_t>;
    static std::map<Identity, reference::MaskTable> tables;
    const Identity identity{mask.noise, mask.rate.planes, mask.rate.threshold};
    auto found = tables.find(identity);
    if (found == tables.end()) {
        reference::Mask definition;
        definition.noise = mask.noise;
        definition.key = reference::layer_key(CONNECTION_SEED, CONNECTION_LAYER);
        definition.step = CONNECTION_STEP;
        definition.rate = mask.rate;
        definition.sigma = mask.sigma;
        const reference::Shape largest{CONNECTION_LARGEST, CONNECTION_LARGEST, CONNECTION_LARGEST};
        found = tables.emplace(identity, reference::MaskTable(definition, CONNECTION_FIRST_SAMPLE, largest)).first;
    }
    return found->second;
}

static std::vector<float> normals(int64_t size, uint32_t seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<size_t>(size));
    for (float& value : values) {
        value = normal(generator);
    }
    return values;
}

static std::vector<StepState> connection_state() {
    return {{static_cast<uint32_t>(CONNECTION_SEED), static_cast<uint32_t>(CONNECTION_SEED >> 32), CONNECTION_STEP, 0}};
}

ConnectionLayer::ConnectionLayer(const ConnectionMask& mask, device::LayerShape shape, size_t offset)
    : mask_(mask),
      shape_(shape),
      offset_(offset),
      x_(normals(static_cast<int64_t>(shape.samples) * shape.inputs, 1)),
      w_(normals(static_cast<int64_t>(shape.inputs) * shape.outputs, 2)),
      dz_(normals(static_cast<int64_t>(shape.samples) * shape.outputs, 3)),
      bias_(normals(shape.outputs, 4)),
      state_(connection_state()),
      x_array_(x_, offset),
      w_array_(w_, offset),
      dz_array_(dz_, offset),
      bias_array_(bias_, offset) {
    if (mask.source == ConnectionSource::PACKED) {
        pack();
    }
}

reference::Shape ConnectionLayer::reference_shape() const {
    return {shape_.samples, shape_.inputs, shape_.outputs};
}

device::ConnectionLaunch ConnectionLayer::launch(const ConnectionPlan& plan) {
    device::ConnectionLaunch launch{mask_.source, plan, shape_, state_.pointer()};
    launch.layer = CONNECTION_LAYER;
    launch.first_sample = CONNECTION_FIRST_SAMPLE;
    launch.planes = mask_.rate.planes;
    launch.threshold = mask_.rate.threshold;
    launch.scale = mask_.scale();
    launch.sigma = static_cast<float>(mask_.sigma);
    launch.packed = mask_.source == ConnectionSource::PACKED ? packed_->pointer() : nullptr;
    if (plan.partials > 0) {
        launch.partials = partials_.emplace(plan.partials, offset_).pointer();
    }
    if (plan.bias_partials > 0) {
        launch.bias_partials = bias_partials_.emplace(plan.bias_partials, offset_).pointer();
    }
    return launch;
}

void ConnectionLayer::pack() {
    packed_.emplace(device::packed_words(shape_));
    device::launch(
        "mask_pack", device::Launch{{3}, 128}, static_cast<const StepState*>(state_.pointer()), CONNECTION_LAYER,
        CONNECTION_FIRST_SAMPLE, mask_.rate.planes, mask_.rate.threshold, shape_.samples, shape_.inputs, shape_.outputs,
        packed_->pointer());
}

std::vector<uint32_t> ConnectionLayer::packed_by_packer() {
    pack();
    device::synchronize();
    return packed_->download();
}

std::vector<uint32_t> ConnectionLayer::packed_by_forward(const ConnectionPlan& plan) {
    device::Array<uint32_t> packed(device::packed_words(shape_));
    device::Array<float> y(static_cast<int64_t>(shape_.samples) * shape_.outputs, offset_);
    device::ConnectionLaunch storing = launch(plan);
    storing.packed = packed.pointer();
    device::connection_forward(
        storing, x_array_.pointer(), w_array_.pointer(), nullptr, LINEAR, y.pointer(), y.pointer());
    device::synchronize();
    return packed.download();
}

bool ConnectionLayer::kept(int64_t sample, int64_t input, int64_t output) const {
    return connection_table(mask_).at(sample, input, output) != 0;
}

// A normal is within 1e-5 of the reference's, so that a multiplier is within that times sigma: what this makes of sums,
// from their terms' magnitudes without a mask. `sums(table)` are the sums under a mask.
template <class Sums>
static std::vector<double> bounds_from_normals(double sigma, const Sums& sums) {
    const ConnectionMask unmasked{ConnectionSource::UNMASKED, Noise::NONE, {1, 1}, 0};
    std::vector<double> bounds = sums(connection_table(unmasked)).magnitudes;
    for (double& bound : bounds) {
        bound *= 1e-5 * sigma;
    }
    return bounds;
}

// Compares sums of at most `roundings` terms and further operations, each of which rounds.
static void expect_sums(
    const char* what, const std::vector<float>& actual, const reference::Sums& expected, int64_t roundings,
    const std::vector<double>& further_bounds) {
    ASSERT_EQ(actual.size(), expected.values.size());
    for (size_t n = 0; n < actual.size(); ++n) {
        const double rounding = static_cast<double>(roundings) * 0x1p-24 * expected.magnitudes[n];
        ASSERT_NEAR(actual[n], expected.values[n], rounding + further_bounds[n] + 1e-30) << what << "[" << n << "]";
    }
}

void ConnectionLayer::check_forward(const ConnectionPlan& plan, int32_t activation, bool with_bias) {
    const int64_t results = static_cast<int64_t>(shape_.samples) * shape_.outputs;
    device::Array<float> z(results, offset_);
    device::Array<float> y(results, offset_);
    device::connection_forward(
        launch(plan), x_array_.pointer(), w_array_.pointer(), with_bias ? bias_array_.pointer() : nullptr, activation,
        z.pointer(), y.pointer());
    device::synchronize();
    const auto sums = [&](const reference::MaskTable& table) {
        return reference::connection_forward(
            table, reference_shape(), x_, w_, with_bias ? bias_ : std::vector<float>{});
    };
    const std::vector<float> z_values = z.download();
    const std::vector<float> y_values = y.download();
    expect_sums(
        "z", z_values, sums(connection_table(mask_)), shape_.inputs + plan.splits + 6,
        bounds_from_normals(mask_.sigma, sums));
    for (size_t n = 0; n < y_values.size(); ++n) {
        const double z_value = z_values[n];
        ASSERT_NEAR(y_values[n], REFERENCE_ACTIVATIONS[activation].value(z_value), activation_bound(z_value))
            << "y[" << n << "]";
    }
}

void ConnectionLayer::check_backward_input(const ConnectionPlan& plan) {
    device::Array<float> dx(static_cast<int64_t>(shape_.samples) * shape_.inputs, offset_);
    device::connection_backward_input(launch(plan), dz_array_.pointer(), w_array_.pointer(), dx.pointer());
    device::synchronize();
    const auto sums = [&](const reference::MaskTable& table) {
        return reference::connection_backward_input(table, reference_shape(), dz_, w_);
    };
    expect_sums(
        "dx", dx.download(), sums(connection_table(mask_)), shape_.outputs + plan.splits + 6,
        bounds_from_normals(mask_.sigma, sums));
}

void ConnectionLayer::check_backward_weight(const ConnectionPlan& plan, bool with_bias) {
    device::Array<float> dw(static_cast<int64_t>(shape_.inputs) * shape_.outputs, offset_);
    device::Array<float> db(shape_.outputs, offset_);
    device::connection_backward_weight(
        launch(plan), x_array_.pointer(), dz_array_.pointer(), dw.pointer(), with_bias ? db.pointer() : nullptr);
    device::synchronize();
    const auto sums = [&](const reference::MaskTable& table) {
        return reference::connection_backward_weight(table, reference_shape(), x_, dz_);
    };
    const int64_t roundings = shape_.samples + plan.splits + 6;
    expect_sums("dw", dw.download(), sums(connection_table(mask_)), roundings, bounds_from_normals(mask_.sigma, sums));
    if (with_bias) {
        expect_sums(
            "db", db.download(), reference::column_sums(shape_.samples, shape_.outputs, dz_), roundings,
            std::vector<double>(bias_.size()));
    }
}

std::vector<float> ConnectionLayer::forward(const ConnectionPlan& plan) {
    device::Array<float> y(static_cast<int64_t>(shape_.samples) * shape_.outputs, offset_);
    device::connection_forward(
        launch(plan), x_array_.pointer(), w_array_.pointer(), nullptr, LINEAR, y.pointer(), y.pointer());
    device::synchronize();
    return y.download();
}

std::vector<float> ConnectionLayer::backward_input(const ConnectionPlan& plan) {
    device::Array<float> dx(static_cast<int64_t>(shape_.samples) * shape_.inputs, offset_);
    device::connection_backward_input(launch(plan), dz_array_.pointer(), w_array_.pointer(), dx.pointer());
    device::synchronize();
    return dx.download();
}

std::vector<float> ConnectionLayer::backward_weight(const ConnectionPlan& plan) {
    device::Array<float> dw(static_cast<int64_t>(shape_.inputs) * shape_.outputs, offset_);
    device::connection_backward_weight(launch(plan), x_array_.pointer(), dz_array_.pointer(), dw.pointer(), nullptr);
    device::synchronize();
    return dw.download();
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
