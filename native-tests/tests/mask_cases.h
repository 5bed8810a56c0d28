// Masks and places in the counter map for tests, and the multipliers that are defined for them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "launches.h"
#include "mask.h"
#include "numbers.h"
#include "step_states.h"

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

// One plane, more, the eight that a warp draws at a time, one more, all of them; and normals.
inline const MaskCase MASK_CASES[] = {
    {"HalfOfOnePlane", BERNOULLI_NOISE, 1, 1, 1.0f},
    {"ThreeQuartersOfTwoPlanes", BERNOULLI_NOISE, 2, 3, 0.57735026f},
    {"FivePlanes", BERNOULLI_NOISE, 5, 19, 0.8164966f},
    {"EightPlanes", BERNOULLI_NOISE, 8, 179, 0.6546537f},
    {"NinePlanes", BERNOULLI_NOISE, 9, 301, 0.8373f},
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

// Launches a kernel whose parameters begin with those of the mask of an array that is not one of weights.
template <class... A>
void run_masked(
    const char* kernel, const device::Launch& launch, const MaskCase& mask, const MaskPlace& place, A... arguments) {
    const device::Array<StepState> state(step_state(place.seed, place.step));
    run(kernel, launch, state.pointer(), place.layer, mask.noise, place.fixed, mask.planes, mask.threshold, mask.sigma,
        place.first_sample, arguments...);
}

// The multipliers that the kernels must draw at a place.
class DefinedMask {
  public:
    DefinedMask(const MaskCase& mask, const MaskPlace& place)
        : first_sample_(place.first_sample), fixed_(place.fixed != 0) {
        mask_.noise = mask.noise == BERNOULLI_NOISE  ? reference::Noise::BERNOULLI
                      : mask.noise == GAUSSIAN_NOISE ? reference::Noise::GAUSSIAN
                                                     : reference::Noise::PARTIAL_GAUSSIAN;
        mask_.key = reference::layer_key(place.seed, place.layer);
        mask_.step = fixed_ ? 0 : place.step;
        mask_.rate = {mask.planes, mask.threshold};
        mask_.sigma = mask.sigma;
    }

    // m[first_sample + row, input, output]
    double value(uint32_t row, uint32_t input, uint32_t output) const {
        return mask_.value(fixed_ ? 0 : first_sample_ + row, input, output);
    }

  private:
    reference::Mask mask_;
    uint32_t first_sample_;
    bool fixed_;
};

// How far a multiplier, and a product with it in proportion to the other factor, may be off: a rounding, and what
// normals are good to.
inline double multiplier_bound(const MaskCase& mask, double m) {
    return (mask.noise == BERNOULLI_NOISE ? 0.0 : 1e-5 * mask.sigma) + 2 * FLOAT_EPSILON * std::fabs(m);
}
