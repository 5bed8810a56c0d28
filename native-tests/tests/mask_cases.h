// Masks and places in the counter map for tests, and the multipliers that are defined for them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "numbers.h"
#include "mask.h"

// Numbers as in Java's Noise.
constexpr int32_t BERNOULLI_NOISE = 0;
constexpr int32_t GAUSSIAN_NOISE = 1;
constexpr int32_t PARTIAL_GAUSSIAN_NOISE = 2;

struct MaskCase {
    const char* name;
    int32_t noise;
    uint32_t planes;
    uint32_t threshold;
    float sigma;
};

// One plane, a warp's four planes, one more, two rounds and more, all of them; and normals.
inline const MaskCase MASK_CASES[] = {
    {"HalfOfOnePlane", BERNOULLI_NOISE, 1, 1, 1.0f},
    {"ThreeQuartersOfTwoPlanes", BERNOULLI_NOISE, 2, 3, 0.57735026f},
    {"FourPlanes", BERNOULLI_NOISE, 4, 13, 0.48038447f},
    {"FivePlanes", BERNOULLI_NOISE, 5, 19, 0.8164966f},
    {"SevenPlanes", BERNOULLI_NOISE, 7, 115, 0.33333334f},
    {"SixteenPlanes", BERNOULLI_NOISE, 16, 40503, 0.7861f},
    {"Gaussian", GAUSSIAN_NOISE, 1, 1, 1.0f},
    {"PartialGaussian", PARTIAL_GAUSSIAN_NOISE, 6, 45, 0.6546537f},
};

inline std::string mask_case_name(const testing::TestParamInfo<MaskCase>& info) {
    return info.param.name;
}

struct MaskPlace {
    uint64_t seed;
    uint32_t layer;
    uint32_t step;
    uint32_t first_sample;
    int32_t fixed;
};

// Ordinary places, and the ends of the ranges.
inline MaskPlace mask_place(int32_t turn) {
    constexpr MaskPlace PLACES[] = {
        {1234, 1, 7, 0, 0},
        {0xFEDCBA9876543210u, 3, 0xFFFFFFFDu, 5, 0},
        {99, 0x7FFFFFFFu, 1000, 0x7FFFFFFFu - 1000, 0},
        {5, 0, 12, 100, 1},
    };
    return PLACES[turn % 4];
}

// m[first_sample + sample, input, output].
inline double
multiplier(const MaskCase& mask, const MaskPlace& place, uint32_t sample, uint32_t input, uint32_t output) {
    const uint32_t step = place.fixed != 0 ? 0 : place.step;
    const uint32_t row = place.fixed != 0 ? 0 : place.first_sample + sample;
    const reference::Key key = reference::layer_key(place.seed, place.layer);
    if (mask.noise != GAUSSIAN_NOISE &&
        reference::is_kept(key, step, row, input, output, {mask.planes, mask.threshold})) {
        return mask.noise == BERNOULLI_NOISE ? static_cast<float>(std::ldexp(1.0, mask.planes) / mask.threshold) : 1.0;
    }
    if (mask.noise == BERNOULLI_NOISE) {
        return 0.0;
    }
    return 1 + static_cast<double>(mask.sigma) * reference::normal(key, step, row, input, output);
}

// How far a multiplier, and a product with it in proportion to the other factor, may be off: a rounding, and what
// normals are good to.
inline double multiplier_bound(const MaskCase& mask, double m) {
    return (mask.noise == BERNOULLI_NOISE ? 0.0 : 1e-5 * mask.sigma) + 2 * FLOAT_EPSILON * std::fabs(m);
}
