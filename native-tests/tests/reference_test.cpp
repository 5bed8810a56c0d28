// The judge itself: what it can be held against without the kernels.
#include <gtest/gtest.h>

#include "known_answers.h"
#include "mask.h"
#include "products.h"

using reference::Granularity;
using reference::Mask;
using reference::Noise;

static Mask some_mask(Noise noise, Granularity granularity) {
    return {noise, granularity, reference::layer_key(1234, 1), 7, reference::rate_of(0.3), 0.65};
}

TEST(Reference, KnowsTheLayerKeys) {
    for (const reference::Fields& fields : reference::known_answers("mask-known-answers.txt", "key")) {
        const reference::Key key = reference::layer_key(
            reference::hexadecimal(fields[1]), static_cast<uint32_t>(reference::decimal(fields[2])));
        EXPECT_EQ(key[0], reference::hexadecimal(fields[3]));
        EXPECT_EQ(key[1], reference::hexadecimal(fields[4]));
    }
}

TEST(Reference, QuantisesRatesAsTheTableSays) {
    const struct {
        double drop_rate;
        uint32_t planes;
        uint32_t threshold;
    } rows[] = {{0.5, 1, 1}, {0.25, 2, 3}, {0.4, 5, 19}, {0.3, 6, 45}, {0.7, 6, 19}, {0.2, 6, 51}, {0.1, 7, 115}};
    for (const auto& row : rows) {
        EXPECT_EQ(reference::rate_of(row.drop_rate).planes, row.planes) << row.drop_rate;
        EXPECT_EQ(reference::rate_of(row.drop_rate).threshold, row.threshold) << row.drop_rate;
    }
    EXPECT_THROW(reference::rate_of(1e-7), std::invalid_argument);
}

TEST(Reference, FollowsTheWorkedExample) {
    const reference::Key key = reference::layer_key(1234, 1);
    const reference::Rate rate = reference::rate_of(0.3);
    uint32_t bits = 0;
    for (uint32_t u = 64; u < 96; ++u) {
        bits |= (reference::is_kept(key, 7, 3, 10, u, rate) ? 1u : 0u) << (u - 64);
    }
    EXPECT_EQ(bits, 0xfaeff129u);
    EXPECT_NEAR(reference::normal(key, 7, 3, 10, 77), -0.922891, 1e-6);
    const Mask mask{Noise::BERNOULLI, Granularity::CONNECTION, key, 7, rate, 0};
    EXPECT_EQ(mask.value(3, 10, 77), 64.0f / 45.0f);
}

TEST(Reference, GivesTheSameValuesOneByOneAndTogether) {
    constexpr uint32_t INPUTS = 13;
    constexpr uint32_t OUTPUTS = 67;
    for (const Noise noise : {Noise::NONE, Noise::BERNOULLI, Noise::GAUSSIAN, Noise::PARTIAL_GAUSSIAN}) {
        for (const Granularity granularity : {Granularity::CONNECTION, Granularity::NODE}) {
            const Mask mask = some_mask(noise, granularity);
            const std::vector<double> values = mask.values(5, INPUTS, OUTPUTS);
            for (uint32_t i = 0; i < INPUTS; ++i) {
                for (uint32_t u = 0; u < OUTPUTS; ++u) {
                    ASSERT_EQ(values[i * OUTPUTS + u], mask.value(5, i, u)) << i << ", " << u;
                }
            }
        }
    }
}

// <dz, y> = <x, dx> = <w, dw>, as y is linear in x and in w, to which dx and dw are the adjoints.
TEST(Reference, ProductsAreAdjoint) {
    constexpr reference::Shape SHAPE{5, 2, 13, 35};
    const auto numbers = [](int64_t count, int64_t stride) {
        std::vector<float> values;
        for (int64_t n = 0; n < count; ++n) {
            values.push_back(static_cast<float>(n * stride % 29 - 14) / 8);
        }
        return values;
    };
    const auto dot = [](const std::vector<float>& a, const std::vector<double>& b) {
        double sum = 0;
        for (size_t n = 0; n < a.size(); ++n) {
            sum += a[n] * b[n];
        }
        return sum;
    };
    const std::vector<float> x = numbers(SHAPE.samples * SHAPE.positions * SHAPE.inputs, 3);
    const std::vector<float> w = numbers(SHAPE.inputs * SHAPE.outputs, 5);
    const std::vector<float> dz = numbers(SHAPE.samples * SHAPE.positions * SHAPE.outputs, 7);
    const Mask mask = some_mask(Noise::PARTIAL_GAUSSIAN, Granularity::CONNECTION);
    const reference::MaskTable table(mask, 3, SHAPE);
    const double expected = dot(dz, connection_forward(table, SHAPE, x, w, {}).values);
    EXPECT_GT(std::abs(expected), 1);
    EXPECT_NEAR(dot(x, connection_backward_input(table, SHAPE, dz, w).values), expected, 1e-10);
    EXPECT_NEAR(dot(w, connection_backward_weight(table, SHAPE, x, dz).values), expected, 1e-10);
}

TEST(Reference, ForwardAddsTheBias) {
    const Mask mask;
    const reference::Sums y =
        reference::connection_forward({mask, 0, {1, 1, 2, 2}}, {1, 1, 2, 2}, {1, 2}, {1, 2, 3, -4}, {10, 20});
    EXPECT_EQ(y.values, (std::vector<double>{17, 14}));
    EXPECT_EQ(y.magnitudes, (std::vector<double>{17, 30}));
    EXPECT_EQ(reference::column_sums(2, 2, {1, 2, 3, -4}).values, (std::vector<double>{4, -2}));
    EXPECT_EQ(reference::column_sums(2, 2, {1, 2, 3, -4}).magnitudes, (std::vector<double>{4, 6}));
}
