#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "launches.h"
#include "numbers.h"

namespace {

// To 8 significant bits by arithmetic alone, ties to even: no bits are cut here.
float rounded(float value) {
    if (value == 0.0f || !std::isfinite(value)) {
        return value;
    }
    constexpr int SIGNIFICANT_BITS = 8;
    constexpr int LEAST_EXPONENT = -133;  // of the smallest bf16, 2^-133
    int exponent = 0;
    std::frexp(value, &exponent);
    const int unit = std::max(exponent - SIGNIFICANT_BITS, LEAST_EXPONENT);
    const double nearest = std::ldexp(std::nearbyint(std::ldexp(static_cast<double>(value), -unit)), unit);
    return std::fabs(nearest) < 0x1p128 ? static_cast<float>(nearest)
                                        : std::copysign(std::numeric_limits<float>::infinity(), value);
}

std::vector<float> edges() {
    const float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> values = {0, 1, infinity, std::numeric_limits<float>::max(), 0x1.FEp127f, 0x1.FEFFFEp127f};
    for (const float start : {1.0f, 1 + 0x1p-7f, 0x1p-126f, 0x1p-133f, 0x1p-149f, 3.0e38f}) {
        for (const float step : {0x1p-9f, 0x1p-8f, 0x1p-8f + 0x1p-23f, 0x1p-8f - 0x1p-23f}) {
            values.push_back(start + start * step);
        }
    }
    const size_t positive = values.size();
    for (size_t k = 0; k < positive; ++k) {
        values.push_back(-values[k]);
    }
    return values;
}

}  // namespace

TEST(Operands, RoundToTheNearestBf16) {
    for (const int64_t n : {1, 3, 13, 33, 207, 1000, 5000}) {
        std::vector<float> from = Numbers(n).reals(n, -3, 3);
        const std::vector<float> extremes = edges();
        std::copy_n(extremes.begin(), std::min<size_t>(from.size(), extremes.size()), from.begin());
        std::vector<float> expected(from.size());
        std::transform(from.begin(), from.end(), expected.begin(), rounded);
        for (const device::Launch& launch : element_launches(n)) {
            const device::Array<float> device_from(from);
            device::Array<float> to(n);
            run("round_bf16", launch, n, static_cast<const float*>(device_from.pointer()), to.pointer());
            EXPECT_EQ(to.download(), expected);
            EXPECT_EQ(device_from.download(), from);
        }
    }
}

TEST(Operands, NotANumberStaysSo) {
    const std::vector<float> from = {std::nanf(""), -std::nanf(""), std::nanf("0x3FFFFF"), std::nanf("1")};
    const device::Array<float> device_from(from);
    device::Array<float> to(4);
    run("round_bf16", element_launches(4)[0], int64_t{4}, static_cast<const float*>(device_from.pointer()),
        to.pointer());
    for (const float value : to.download()) {
        EXPECT_TRUE(std::isnan(value));
    }
}
