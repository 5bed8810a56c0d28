#include "multi_position_layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <tuple>

#include "activation.cuh"
#include "reference_activations.h"

using device::MultiPositionSource;
using reference::Noise;

static constexpr uint64_t SEED = 0x123456789ABCDEF0u;
static constexpr uint32_t LAYER = 5;
static constexpr uint32_t STEP = 0xFEDCBA98u;
static constexpr uint32_t FIRST_SAMPLE = 1000000007u;

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

// The values of a mask for the largest layer; computed once.
static const reference::MaskTable& table_of(Noise noise, reference::Rate rate, double sigma) {
    using Identity = std::tuple<Noise, uint32_t, uint32_t>;
    static std::map<Identity, reference::MaskTable> tables;
    const Identity identity{noise, rate.planes, rate.threshold};
    auto found = tables.find(identity);
    if (found == tables.end()) {
        reference::Mask definition;
        definition.noise = noise;
        definition.key = reference::layer_key(SEED, LAYER);
        definition.step = STEP;
        definition.rate = rate;
        definition.sigma = sigma;
        const reference::Shape largest{
            MULTI_POSITION_MAX_SAMPLES, MULTI_POSITION_MAX_CONNECTIONS, MULTI_POSITION_MAX_CONNECTIONS};
        found = tables.emplace(identity, reference::MaskTable(definition, FIRST_SAMPLE, largest)).first;
    }
    return found->second;
}

static const reference::MaskTable& unmasked_table() {
    return table_of(Noise::NONE, {1, 1}, 0);
}

static std::vector<float> numbers_of(MultiPositionNumbers numbers, int64_t size, uint32_t seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<size_t>(size));
    for (float& value : values) {
        value = normal(generator);
        if (numbers == MultiPositionNumbers::HELD) {
            value = std::round(value * 16) / 16;
        }
    }
    return values;
}

static std::vector<StepState> step_state() {
    return {{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0}};
}

static int64_t product(int32_t a, int32_t b, int32_t c = 1) {
    return static_cast<int64_t>(a) * b * c;
}

MultiPositionLayer::MultiPositionLayer(
    const MultiPositionMask& mask, MultiPositionPrecision precision, MultiPositionShape shape,
    MultiPositionNumbers numbers, size_t offset)
    : mask_(mask),
      precision_(precision),
      shape_(shape),
      numbers_(numbers),
      offset_(offset),
      x_(numbers_of(numbers, product(shape.samples, shape.positions, shape.inputs), 1)),
      w_(numbers_of(numbers, product(shape.inputs, shape.outputs), 2)),
      dz_(numbers_of(numbers, product(shape.samples, shape.positions, shape.outputs), 3)),
      bias_(numbers_of(numbers, shape.outputs, 4)),
      state_(step_state()),
      x_array_(x_, offset),
      w_array_(w_, offset),
      dz_array_(dz_, offset),
      bias_array_(bias_, offset) {}

reference::MultiPositionSizes MultiPositionLayer::sizes() const {
    return {shape_.samples, shape_.positions, shape_.inputs, shape_.outputs};
}

device::MultiPositionLaunch MultiPositionLayer::launch(ConnectionPass pass, const MultiPositionPlan& plan) {
    device::MultiPositionLaunch launch{mask_.source, precision_, plan, shape_, state_.pointer()};
    launch.layer = LAYER;
    launch.first_sample = FIRST_SAMPLE;
    launch.planes = mask_.rate.planes;
    launch.threshold = mask_.rate.threshold;
    launch.scale = mask_.scale();
    launch.sigma = static_cast<float>(mask_.sigma);
    if (plan.first_words > 0) {
        launch.first = first_.emplace(plan.first_words).pointer();
    }
    if (plan.second_words > 0) {
        launch.second = second_.emplace(plan.second_words).pointer();
    }
    if (plan.partials > 0) {
        launch.partials = partials_.emplace(plan.partials, offset_).pointer();
    }
    const float* const first = pass == ConnectionPass::BACKWARD_INPUT ? dz_array_.pointer() : x_array_.pointer();
    const float* const second = pass == ConnectionPass::BACKWARD_WEIGHT ? dz_array_.pointer() : w_array_.pointer();
    device::make_operands(pass, launch, first, second);
    return launch;
}

// Bounds of the errors, by their causes. Sums of at most `roundings` terms and further operations, each of which rounds
// (tensor cores cut off). A normal is within 1e-5 of the reference's, a
// multiplier within that times sigma. Operands are within 2^-10 of themselves in TF32, 2^-8 in bf16; numbers that are
// held do not change, but weights times normals do, in bf16 a second time.
void MultiPositionLayer::expect_sums(
    const char* what, const std::vector<float>& actual, const reference::Sums& expected,
    const reference::Sums& unmasked, int64_t roundings) const {
    ASSERT_EQ(actual.size(), expected.values.size());
    const bool multiplied = mask_.sigma > 0 && std::string(what) != "dw";
    const int operands = (numbers_ == MultiPositionNumbers::ANY ? 2 : 0) + (multiplied ? 1 : 0);
    const double operand = precision_ == MultiPositionPrecision::TF32 ? 0x1p-10 : 0x1p-8;
    for (size_t n = 0; n < actual.size(); ++n) {
        const double relative = static_cast<double>(roundings) * 0x1p-23 + operands * operand * 1.01;
        const double bound = relative * expected.magnitudes[n] + 1e-5 * mask_.sigma * unmasked.magnitudes[n];
        ASSERT_NEAR(actual[n], expected.values[n], bound + 1e-30) << what << "[" << n << "]";
    }
}

void MultiPositionLayer::check_forward(const MultiPositionPlan& plan, int32_t activation, bool with_bias) {
    const int64_t results = product(shape_.samples, shape_.positions, shape_.outputs);
    device::Array<float> z(results, offset_);
    device::Array<float> y(results, offset_);
    device::multi_position_forward(
        launch(ConnectionPass::FORWARD, plan), x_array_.pointer(), w_array_.pointer(),
        with_bias ? bias_array_.pointer() : nullptr, activation, z.pointer(), y.pointer());
    device::synchronize();
    const auto sums = [&](const reference::MaskTable& table) {
        return reference::multi_position_forward(table, sizes(), x_, w_, with_bias ? bias_ : std::vector<float>{});
    };
    const std::vector<float> z_values = z.download();
    const std::vector<float> y_values = y.download();
    expect_sums(
        "z", z_values, sums(table_of(mask_.noise, mask_.rate, mask_.sigma)), sums(unmasked_table()), shape_.inputs + 6);
    for (size_t n = 0; n < y_values.size(); ++n) {
        const double z_value = z_values[n];
        ASSERT_NEAR(y_values[n], REFERENCE_ACTIVATIONS[activation].value(z_value), activation_bound(z_value))
            << "y[" << n << "]";
    }
}

void MultiPositionLayer::check_backward_input(const MultiPositionPlan& plan) {
    device::Array<float> dx(product(shape_.samples, shape_.positions, shape_.inputs), offset_);
    device::multi_position_backward_input(
        launch(ConnectionPass::BACKWARD_INPUT, plan), dz_array_.pointer(), w_array_.pointer(), dx.pointer());
    device::synchronize();
    const auto sums = [&](const reference::MaskTable& table) {
        return reference::multi_position_backward_input(table, sizes(), dz_, w_);
    };
    expect_sums(
        "dx", dx.download(), sums(table_of(mask_.noise, mask_.rate, mask_.sigma)), sums(unmasked_table()),
        shape_.outputs + 6);
}

void MultiPositionLayer::check_backward_weight(const MultiPositionPlan& plan) {
    device::Array<float> dw(product(shape_.inputs, shape_.outputs), offset_);
    device::multi_position_backward_weight(
        launch(ConnectionPass::BACKWARD_WEIGHT, plan), x_array_.pointer(), dz_array_.pointer(), dw.pointer());
    device::synchronize();
    const auto sums = [&](const reference::MaskTable& table) {
        return reference::multi_position_backward_weight(table, sizes(), x_, dz_);
    };
    expect_sums(
        "dw", dw.download(), sums(table_of(mask_.noise, mask_.rate, mask_.sigma)), sums(unmasked_table()),
        shape_.positions + shape_.samples + 6);
}

std::vector<float> MultiPositionLayer::results(ConnectionPass pass, const MultiPositionPlan& plan) {
    const device::MultiPositionLaunch prepared = launch(pass, plan);
    const int64_t sizes[] = {
        product(shape_.samples, shape_.positions, shape_.outputs),
        product(shape_.samples, shape_.positions, shape_.inputs), product(shape_.inputs, shape_.outputs)};
    device::Array<float> to(sizes[static_cast<int>(pass)], offset_);
    switch (pass) {
        case ConnectionPass::FORWARD:
            device::multi_position_forward(
                prepared, x_array_.pointer(), w_array_.pointer(), nullptr, LINEAR, to.pointer(), to.pointer());
            break;
        case ConnectionPass::BACKWARD_INPUT:
            device::multi_position_backward_input(prepared, dz_array_.pointer(), w_array_.pointer(), to.pointer());
            break;
        default:
            device::multi_position_backward_weight(prepared, x_array_.pointer(), dz_array_.pointer(), to.pointer());
    }
    device::synchronize();
    return to.download();
}
