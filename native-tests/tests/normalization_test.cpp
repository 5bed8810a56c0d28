#include <gtest/gtest.h>

#include <cmath>

#include "launches.h"
#include "numbers.h"

namespace {

constexpr float EPSILON = 1e-5f;
constexpr int32_t ROWS[] = {1, 3, 13, 207, 1000};
constexpr int32_t CHANNELS[] = {1, 3, 32, 33, 207};

// Values around a mean that is far from 0, which a one-pass variance would lose.
std::vector<float> values(int32_t rows, int32_t channels) {
    std::vector<float> x = Numbers(rows * 1000 + channels).reals(static_cast<int64_t>(rows) * channels, -1, 1);
    for (size_t k = 0; k < x.size(); ++k) {
        x[k] = 100.0f * static_cast<float>(k % channels) + x[k];
    }
    return x;
}

struct Moments {
    std::vector<double> mean;
    std::vector<double> variance;
};

Moments reference(const std::vector<float>& x, int32_t rows, int32_t channels) {
    Moments moments{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
    for (size_t k = 0; k < x.size(); ++k) {
        moments.mean[k % channels] += static_cast<double>(x[k]) / rows;
    }
    for (size_t k = 0; k < x.size(); ++k) {
        moments.variance[k % channels] += std::pow(x[k] - moments.mean[k % channels], 2) / rows;
    }
    return moments;
}

// Sums over parts of the rows, then over the parts.
std::vector<float> moment(
    const std::vector<float>& x, int32_t rows, int32_t channels, const float* mean, uint32_t parts) {
    device::Array<float> from(x);
    device::Array<double> sums(static_cast<int64_t>(parts) * channels);
    device::Array<float> to(channels);
    const unsigned blocks = blocks_for(channels, COLUMN_SUMS_COLUMNS);
    run("moment_sums", launch_of(Grid{blocks, parts}, COLUMN_SUMS_BLOCK), rows, channels, from.pointer(), mean,
        sums.pointer());
    for (const device::Launch& launch : element_launches(channels)) {
        run("add_parts", launch, static_cast<int32_t>(parts), channels, static_cast<int64_t>(channels), rows,
            sums.pointer(), to.pointer());
    }
    return to.download();
}

template <class F>
void each_size(F body) {
    for (const int32_t rows : ROWS) {
        for (const int32_t channels : CHANNELS) {
            body(rows, channels);
        }
    }
}

}  // namespace

TEST(Normalization, MomentsAreTheReferencesHoweverTheRowsAreSplit) {
    each_size([](int32_t rows, int32_t channels) {
        const std::vector<float> x = values(rows, channels);
        const Moments expected = reference(x, rows, channels);
        for (const uint32_t parts : {1u, 2u, 7u}) {
            const std::vector<float> mean = moment(x, rows, channels, nullptr, parts);
            device::Array<float> means(mean);
            const std::vector<float> variance = moment(x, rows, channels, means.pointer(), parts);
            for (int32_t c = 0; c < channels; ++c) {
                ASSERT_NEAR(mean[c], expected.mean[c], 1e-7 * (1 + std::fabs(expected.mean[c]))) << rows << " " << c;
                const double of_mean = std::pow(mean[c] - expected.mean[c], 2);
                ASSERT_NEAR(variance[c], expected.variance[c], 1e-6 * expected.variance[c] + 2 * of_mean)
                    << rows << " " << c << " in " << parts;
            }
        }
    });
}

TEST(Normalization, NormalizesAndGoesBack) {
    each_size([](int32_t rows, int32_t channels) {
        const std::vector<float> x = values(rows, channels);
        const int64_t size = static_cast<int64_t>(x.size());
        Numbers numbers(rows + channels);
        const std::vector<float> scale = numbers.reals(channels, -2, 2);
        const std::vector<float> shift = numbers.reals(channels, -1, 1);
        const std::vector<float> dy = numbers.reals(size, -1, 1);
        const std::vector<float> mean = moment(x, rows, channels, nullptr, 2);
        device::Array<float> means(mean);
        const std::vector<float> variance = moment(x, rows, channels, means.pointer(), 2);
        device::Array<float> variances(variance);
        device::Array<float> scales(scale);
        device::Array<float> shifts(shift);
        device::Array<float> from(x);
        device::Array<float> gradient(dy);
        std::vector<double> normal(size);
        std::vector<double> dshift(channels, 0.0);
        std::vector<double> dscale(channels, 0.0);
        for (int64_t k = 0; k < size; ++k) {
            const int64_t c = k % channels;
            normal[k] = (static_cast<double>(x[k]) - mean[c]) / std::sqrt(double{variance[c]} + EPSILON);
            dshift[c] += dy[k];
            dscale[c] += dy[k] * normal[k];
        }
        for (const uint32_t parts : {1u, 3u}) {
            device::Array<double> sums(2 * static_cast<int64_t>(parts) * channels);
            const Grid grid{blocks_for(channels, COLUMN_SUMS_COLUMNS), parts};
            run("gradient_sums", launch_of(grid, COLUMN_SUMS_BLOCK), rows, channels, EPSILON, from.pointer(),
                means.pointer(), variances.pointer(), gradient.pointer(), sums.pointer());
            device::Array<float> shift_sums(channels);
            device::Array<float> scale_sums(channels);
            const device::Launch all = element_launches(channels)[0];
            const int64_t stride = 2 * static_cast<int64_t>(channels);
            run("add_parts", all, static_cast<int32_t>(parts), channels, stride, 1, sums.pointer(),
                shift_sums.pointer());
            run("add_parts", all, static_cast<int32_t>(parts), channels, stride, 1, sums.pointer() + channels,
                scale_sums.pointer());
            for (int32_t c = 0; c < channels; ++c) {
                ASSERT_NEAR(shift_sums.download()[c], dshift[c], 1e-6 * rows) << rows << " " << c;
                ASSERT_NEAR(scale_sums.download()[c], dscale[c], 1e-5 * rows) << rows << " " << c;
            }
            for (const device::Launch& launch : row_launches(rows, channels)) {
                device::Array<float> y(size);
                run("normalize", launch, rows, channels, EPSILON, from.pointer(), means.pointer(), variances.pointer(),
                    scales.pointer(), shifts.pointer(), y.pointer());
                device::Array<float> dx(dy);
                run("normalize_backward", launch, rows, channels, EPSILON, from.pointer(), means.pointer(),
                    variances.pointer(), scales.pointer(), scale_sums.pointer(), shift_sums.pointer(), dx.pointer(),
                    dx.pointer());
                const std::vector<float> written = y.download();
                const std::vector<float> back = dx.download();
                for (int64_t k = 0; k < size; ++k) {
                    const int64_t c = k % channels;
                    const double factor = scale[c] / std::sqrt(double{variance[c]} + EPSILON);
                    const double expected = factor * (dy[k] - dshift[c] / rows - normal[k] * dscale[c] / rows);
                    ASSERT_NEAR(written[k], scale[c] * normal[k] + shift[c], 2e-6 * (1 + std::fabs(normal[k])) * 3);
                    ASSERT_NEAR(back[k], expected, 1e-5 * (1 + std::fabs(factor)) * 3) << rows << " x " << channels;
                }
            }
        }
    });
}

TEST(Normalization, BlendRoundsEachStep) {
    for (const int64_t n : {1, 13, 207, 5000}) {
        Numbers numbers(n);
        const std::vector<float> from = numbers.reals(n, -3, 3);
        const std::vector<float> to = numbers.reals(n, -3, 3);
        std::vector<float> expected(n);
        for (int64_t k = 0; k < n; ++k) {
            volatile float difference = from[k] - to[k];
            volatile float part = 0.1f * difference;
            expected[k] = to[k] + part;
        }
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> source(from);
            device::Array<float> target(to);
            run("blend", launch, n, 0.1f, source.pointer(), target.pointer());
            EXPECT_EQ(target.download(), expected);
        }
    }
}
