#include <gtest/gtest.h>

#include <cmath>

#include "launches.h"
#include "mask.h"
#include "numbers.h"
#include "philox.h"

namespace {

std::vector<float> fill(
    const char* kernel, const device::Launch& launch, uint64_t seed, int64_t first, int64_t n, float scale,
    float shift) {
    device::Array<float> x(n);
    run(kernel, launch, static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), first, n, scale, shift,
        x.pointer());
    return x.download();
}

// Word j of cuRAND's stream.
uint32_t word(uint64_t seed, int64_t j) {
    const int64_t group = j >> 2;
    const auto words = reference::philox(
        {static_cast<uint32_t>(group >> 16), 0, static_cast<uint32_t>(group & 65535), 0},
        {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
    return words[j & 3];
}

struct Range {
    uint64_t seed;
    int64_t first;
    int64_t n;
};

// Beginnings and ends at every place in a group; across the 65536 subsequences; far out.
std::vector<Range> ranges() {
    std::vector<Range> all;
    for (const int64_t first : {0, 1, 2, 3, 262140}) {
        for (const int64_t n : {1, 2, 3, 4, 5, 13, 33, 207, 1000}) {
            all.push_back({0x0123456789ABCDEFu, first, n});
        }
    }
    all.push_back({~uint64_t{0}, (int64_t{1} << 50) - 33, 33});
    return all;
}

std::string describe(const Range& range) {
    return std::to_string(range.n) + " from " + std::to_string(range.first);
}

}  // namespace

TEST(CurandFill, UniformsAreThoseOfTheStreamBitForBit) {
    for (const Range& range : ranges()) {
        std::vector<float> expected;
        for (int64_t k = 0; k < range.n; ++k) {
            const float value = static_cast<float>(word(range.seed, range.first + k));
            const float uniform = std::fma(value, 0x1p-32f, 0x1p-33f);
            volatile float product = uniform * 0.7f;
            expected.push_back(product + -0.35f);
        }
        for (const device::Launch& launch : element_launches(range.n / 4 + 1)) {
            ASSERT_EQ(fill("fill_uniform", launch, range.seed, range.first, range.n, 0.7f, -0.35f), expected)
                << describe(range);
        }
    }
}

TEST(CurandFill, NormalsAreThoseOfTheStream) {
    for (const Range& range : ranges()) {
        for (const device::Launch& launch : element_launches(range.n / 4 + 1)) {
            const std::vector<float> actual = fill("fill_normal", launch, range.seed, range.first, range.n, 0.5f, 3.0f);
            for (int64_t k = 0; k < range.n; ++k) {
                const int64_t j = range.first + k;
                const auto pair = reference::box_muller(word(range.seed, j & ~int64_t{1}), word(range.seed, j | 1));
                const double expected = pair[j & 1] * 0.5 + 3;
                ASSERT_NEAR(actual[k], expected, 0.5e-5 + 8 * FLOAT_EPSILON) << describe(range) << " at " << k;
            }
        }
    }
}

// What NVIDIA's own library drew: the first numbers of the stream of seed 1234.
TEST(CurandFill, KnownAnswersOfTheLibrary) {
    const std::vector<uint32_t> uniforms = {0x3e0242cd, 0x3f5a7cf1, 0x3e880321, 0x3f4bca47, 0x3f5115a1, 0x3ea5f8f9};
    const std::vector<uint32_t> normals = {0xbfcee929, 0x3f9d54f7, 0xbfc7bfca, 0x3eede2da, 0x3f118648, 0xbe926102};
    const device::Launch launch = launch_of(Grid{1}, ELEMENT_BLOCK);
    EXPECT_EQ(bits_of(fill("fill_uniform", launch, 1234, 0, 6, 1.0f, 0.0f)), uniforms);
    const std::vector<float> drawn = fill("fill_normal", launch, 1234, 0, 6, 1.0f, 0.0f);
    for (size_t k = 0; k < normals.size(); ++k) {
        float expected;
        std::memcpy(&expected, &normals[k], sizeof expected);
        EXPECT_NEAR(drawn[k], expected, 1e-5);
    }
}

// Elements 262139 to 262146 of Java's CurandStream(0x0123456789abcdef), times 0.3f plus 0.1f.
TEST(CurandFill, NormalsHaveTheBitsOfTheCpu) {
    const std::vector<uint32_t> expected = {0x3e6ae5d4, 0xbe9181bd, 0xbddb275d, 0xbe93fb36,
                                            0xbe761684, 0x3ead10c1, 0xbc6a7cf8, 0xbe92cc6c};
    const std::vector<float> drawn =
        fill("fill_normal", launch_of(Grid{1}, ELEMENT_BLOCK), 0x0123456789ABCDEFu, 262139, 8, 0.3f, 0.1f);
    EXPECT_EQ(bits_of(drawn), expected);
}
