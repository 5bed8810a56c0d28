// Launches by plan, whole and split, against plain loops in double precision: device/connection.h passes everything on.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "connection.h"
#include "products.h"

namespace {

constexpr uint64_t SEED = 0x123456789ABCDEF0u;
constexpr uint32_t LAYER = 3;
constexpr uint32_t STEP = 41;
constexpr uint32_t FIRST_SAMPLE = 5;
constexpr unsigned PACK_THREADS = 128;
// Of the sum of the terms' magnitudes: rounding of sums, and of normals.
constexpr double SUM_BOUND = 16 * 0x1p-24;
constexpr double NORMALS_BOUND = 128 * 0x1p-24;

constexpr ConnectionSource SOURCES[] = {
    ConnectionSource::ONE_PLANE, ConnectionSource::TWO_PLANES, ConnectionSource::MANY_PLANES,
    ConnectionSource::PACKED,    ConnectionSource::GAUSSIAN,   ConnectionSource::PARTIAL_GAUSSIAN,
    ConnectionSource::UNMASKED};

reference::Mask reference_mask(ConnectionSource source) {
    reference::Mask mask;
    mask.noise = source == ConnectionSource::UNMASKED           ? reference::Noise::NONE
                 : source == ConnectionSource::GAUSSIAN         ? reference::Noise::GAUSSIAN
                 : source == ConnectionSource::PARTIAL_GAUSSIAN ? reference::Noise::PARTIAL_GAUSSIAN
                                                                : reference::Noise::BERNOULLI;
    mask.key = reference::layer_key(SEED, LAYER);
    mask.step = STEP;
    const double rate = source == ConnectionSource::ONE_PLANE ? 0.5 : source == ConnectionSource::TWO_PLANES ? 0.25 : 0.3;
    mask.rate = reference::rate_of(rate);
    mask.sigma = std::sqrt(rate / (1.0 - rate));
    return mask;
}

std::vector<float> random_values(int64_t count, uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) {
        value = static_cast<float>(static_cast<int32_t>(random())) * 0x1p-31f;
    }
    return values;
}

class ConnectionLaunches : public testing::TestWithParam<std::tuple<ConnectionSource, device::ConnectionShape>> {
  protected:
    ConnectionLaunches()
        : source(std::get<0>(GetParam())),
          shape(std::get<1>(GetParam())),
          judged(reference_mask(source)),
          x(random_values(int64_t{shape.samples} * shape.inputs, 1)),
          w(random_values(int64_t{shape.inputs} * shape.outputs, 2)),
          dz(random_values(int64_t{shape.samples} * shape.outputs, 3)),
          bias(random_values(shape.outputs, 4)),
          x_array(x),
          w_array(w),
          dz_array(dz),
          bias_array(bias),
          state(std::vector<StepState>{{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0.0f}}),
          // Kernels may read words that no place has, and use none of them.
          packed(std::vector<uint32_t>(static_cast<size_t>(device::packed_words(shape)), 0xFFFFFFFFu)) {
        const double kept = std::ldexp(judged.rate.threshold, -static_cast<int>(judged.rate.planes));
        const bool scaled = judged.noise == reference::Noise::BERNOULLI;
        mask = {source, state.pointer(), LAYER, FIRST_SAMPLE, judged.rate.planes, judged.rate.threshold,
                scaled ? static_cast<float>(1.0 / kept) : 1.0f, static_cast<float>(judged.sigma)};
        if (source == ConnectionSource::PACKED) {
            device::launch("mask_pack", {{2}, PACK_THREADS}, mask.state, mask.layer, mask.first_sample, mask.planes,
                           mask.threshold, shape.samples, shape.inputs, shape.outputs, packed.pointer());
        }
    }

    // As planned, and with the sum split into as many stretches as there are turns of the tile.
    std::vector<device::ConnectionLaunch> launches(ConnectionPass pass) const {
        std::vector<device::ConnectionLaunch> launches;
        launches.emplace_back(pass, source, shape, true);
        ConnectionPlan plan = launches[0].plan();
        plan.stretch = static_cast<int32_t>(connection_plan::tile_shape(pass, plan.tile).depth);
        const int32_t terms = pass == ConnectionPass::FORWARD          ? shape.inputs
                              : pass == ConnectionPass::BACKWARD_INPUT ? shape.outputs
                                                                       : shape.samples;
        const int64_t rows = pass == ConnectionPass::BACKWARD_WEIGHT ? shape.inputs : shape.samples;
        const int64_t columns = pass == ConnectionPass::BACKWARD_INPUT ? shape.inputs : shape.outputs;
        plan.stretches = (terms + plan.stretch - 1) / plan.stretch;
        plan.partials = plan.stretches * rows * columns;
        plan.bias_partials = plan.stretches * static_cast<int64_t>(shape.outputs);
        launches.emplace_back(pass, source, shape, plan);
        return launches;
    }

    void expect_close(const std::vector<float>& values, const reference::Sums& sums, const std::string& what) const {
        const bool normals = judged.noise != reference::Noise::BERNOULLI && judged.noise != reference::Noise::NONE;
        ASSERT_EQ(values.size(), sums.values.size());
        for (size_t n = 0; n < values.size(); ++n) {
            const double bound = (normals ? NORMALS_BOUND : SUM_BOUND) * sums.magnitudes[n];
            ASSERT_NEAR(values[n], sums.values[n], bound) << what << ", value " << n;
        }
    }

    reference::Shape judged_shape() const {
        return {shape.samples, shape.inputs, shape.outputs};
    }

    ConnectionSource source;
    device::ConnectionShape shape;
    reference::Mask judged;
    std::vector<float> x, w, dz, bias;
    device::Array<float> x_array, w_array, dz_array, bias_array;
    device::Array<StepState> state;
    device::Array<uint32_t> packed;
    device::ConnectionMask mask;
};

}  // namespace

TEST_P(ConnectionLaunches, Forward) {
    const reference::Sums sums = reference::connection_forward(judged, FIRST_SAMPLE, judged_shape(), x, w, bias);
    for (const device::ConnectionLaunch& launch : launches(ConnectionPass::FORWARD)) {
        const device::Array<float> y(static_cast<int64_t>(dz.size()));
        launch.forward(mask, x_array.pointer(), w_array.pointer(), bias_array.pointer(), 0, y.pointer(), y.pointer(),
                       source == ConnectionSource::PACKED ? packed.pointer() : nullptr);
        device::synchronize();
        expect_close(y.download(), sums, launch.kernel());
    }
}

TEST_P(ConnectionLaunches, BackwardInput) {
    const reference::Sums sums = reference::connection_backward_input(judged, FIRST_SAMPLE, judged_shape(), dz, w);
    for (const device::ConnectionLaunch& launch : launches(ConnectionPass::BACKWARD_INPUT)) {
        const device::Array<float> dx(static_cast<int64_t>(x.size()));
        launch.backward_input(mask, dz_array.pointer(), w_array.pointer(), 0, nullptr, nullptr, dx.pointer(), packed.pointer());
        device::synchronize();
        expect_close(dx.download(), sums, launch.kernel());
    }
}

TEST_P(ConnectionLaunches, BackwardWeight) {
    const reference::Sums sums = reference::connection_backward_weight(judged, FIRST_SAMPLE, judged_shape(), x, dz);
    const reference::Sums bias_sums = reference::column_sums(shape.samples, shape.outputs, dz);
    for (const device::ConnectionLaunch& launch : launches(ConnectionPass::BACKWARD_WEIGHT)) {
        const device::Array<float> dw(static_cast<int64_t>(w.size()));
        const device::Array<float> db(shape.outputs);
        launch.backward_weight(mask, x_array.pointer(), dz_array.pointer(), dw.pointer(), db.pointer(), packed.pointer());
        device::synchronize();
        expect_close(dw.download(), sums, launch.kernel());
        expect_close(db.download(), bias_sums, launch.kernel() + " (bias)");
    }
}

INSTANTIATE_TEST_SUITE_P(
    Sources, ConnectionLaunches,
    testing::Combine(testing::ValuesIn(SOURCES),
                     testing::Values(device::ConnectionShape{1, 1, 1}, device::ConnectionShape{13, 36, 44},
                                     device::ConnectionShape{33, 31, 13})),
    [](const auto& info) {
        const device::ConnectionShape& shape = std::get<1>(info.param);
        return std::string(device::source_name(std::get<0>(info.param))) + "_" + std::to_string(shape.samples) + "x" +
               std::to_string(shape.inputs) + "x" + std::to_string(shape.outputs);
    });

TEST(ConnectionLaunch, RefusesAnotherPassOrSource) {
    const device::ConnectionLaunch launch(ConnectionPass::FORWARD, ConnectionSource::ONE_PLANE, {1, 4, 4}, true);
    const device::ConnectionMask mask{ConnectionSource::ONE_PLANE, nullptr, 0, 0, 1, 1, 2.0f, 0.0f};
    EXPECT_THROW(launch.backward_input(mask, nullptr, nullptr, 0, nullptr, nullptr, nullptr, nullptr), std::runtime_error);
    const device::ConnectionMask other{ConnectionSource::PACKED, nullptr, 0, 0, 1, 1, 2.0f, 0.0f};
    EXPECT_THROW(launch.forward(other, nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr), std::runtime_error);
}
