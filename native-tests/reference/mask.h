// The mask once more, from docs/mask.md and in the most literal way, as judge of the kernels: one connection after the
// other, comparison of whole binary fractions instead of bit slices, normals in double precision.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace reference {

enum class Noise { NONE, BERNOULLI, GAUSSIAN, PARTIAL_GAUSSIAN };

enum class Granularity { CONNECTION, NODE };

using Key = std::array<uint32_t, 2>;

Key layer_key(uint64_t seed, uint32_t layer);

// The quantised keep probability, threshold / 2^planes.
struct Rate {
    uint32_t planes;
    uint32_t threshold;
};

// As docs/mask.md quantises drop rate p, within 0.02 min(p, 1 - p).
Rate rate_of(double drop_rate);

bool is_kept(Key key, uint32_t step, uint32_t sample, uint32_t input, uint32_t output, Rate rate);

double normal(Key key, uint32_t step, uint32_t sample, uint32_t input, uint32_t output);

// The standard normals of a pair of words.
std::array<double, 2> box_muller(uint32_t v, uint32_t w);

struct Mask {
    Noise noise = Noise::NONE;
    Granularity granularity = Granularity::CONNECTION;
    Key key{};
    uint32_t step = 0;
    Rate rate{1, 1};
    double sigma = 0;

    // m[b, i, u]
    double value(uint32_t sample, uint32_t input, uint32_t output) const;

    // m[b, i, u] of one sample for all inputs and outputs, row-major; a node's value stands in all its inputs.
    std::vector<double> values(uint32_t sample, int64_t inputs, int64_t outputs) const;

  private:
    double multiplier(bool kept, double normal) const;
};

}  // namespace reference
