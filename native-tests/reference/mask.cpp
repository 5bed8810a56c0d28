#include "mask.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "philox.h"

namespace reference {

Key layer_key(uint64_t seed, uint32_t layer) {
    const auto words =
        philox({layer, 0, 0, 0xFFFFFFFFu}, {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
    return {words[0], words[1]};
}

Rate rate_of(double drop_rate) {
    const double keep = 1 - drop_rate;
    for (uint32_t planes = 1; planes <= 16; ++planes) {
        const double size = std::exp2(planes);
        const double threshold = std::floor(keep * size + 0.5);
        const double error = std::abs(1 - threshold / size - drop_rate);
        if (threshold > 0 && threshold < size && error <= 0.02 * std::min(drop_rate, keep)) {
            return {planes, static_cast<uint32_t>(threshold)};
        }
    }
    throw std::invalid_argument("16 planes must meet the drop rate: " + std::to_string(drop_rate));
}

// The bit of (b, i, u) in plane k.
static bool random_bit(Key key, uint32_t step, uint32_t sample, uint32_t input, uint32_t output, uint32_t plane) {
    const uint32_t x = output / 32 + plane * 0x8000000u;
    return (philox({x, input / 4, sample, step}, key)[input % 4] >> output % 32) % 2 == 1;
}

// The complements of its bits, plane 0 first, are the digits of a binary fraction: kept if that is below q'.
bool is_kept(Key key, uint32_t step, uint32_t sample, uint32_t input, uint32_t output, Rate rate) {
    uint32_t fraction = 0;
    for (uint32_t plane = 0; plane < rate.planes; ++plane) {
        fraction = 2 * fraction + (random_bit(key, step, sample, input, output, plane) ? 0 : 1);
    }
    return fraction < rate.threshold;
}

// a is rounded to single precision twice, as its definition says.
std::array<double, 2> box_muller(uint32_t v, uint32_t w) {
    const double rounded = static_cast<float>(v);
    const double a = static_cast<float>(std::ldexp(rounded, -32) + std::ldexp(1.0, -33));
    const double c = (std::ldexp(static_cast<double>(w), -32) + std::ldexp(1.0, -33)) * 2 * std::acos(-1.0);
    const double s = std::sqrt(-2 * std::log(a));
    return {s * std::sin(c), s * std::cos(c)};
}

double normal(Key key, uint32_t step, uint32_t sample, uint32_t input, uint32_t output) {
    const auto words = philox({output + 0x80000000u, input / 4, sample, step}, key);
    const size_t pair = input % 4 / 2 * 2;
    return box_muller(words[pair], words[pair + 1])[input % 2];
}

double Mask::multiplier(bool kept, double normal) const {
    switch (noise) {
        case Noise::NONE: return 1;
        case Noise::BERNOULLI:
            return kept ? static_cast<float>(std::ldexp(1.0, static_cast<int>(rate.planes)) / rate.threshold) : 0;
        case Noise::GAUSSIAN: return 1 + sigma * normal;
        default: return kept ? 1 : 1 + sigma * normal;
    }
}

double Mask::value(uint32_t sample, uint32_t input, uint32_t output) const {
    const uint32_t i = granularity == Granularity::NODE ? 0 : input;
    return multiplier(is_kept(key, step, sample, i, output, rate), normal(key, step, sample, i, output));
}

// The same as value(), but each counter's words are drawn once for all connections that share them.
std::vector<double> Mask::values(uint32_t sample, int64_t inputs, int64_t outputs) const {
    std::vector<double> values(static_cast<size_t>(inputs * outputs), 1.0);
    const bool draws_bits = noise == Noise::BERNOULLI || noise == Noise::PARTIAL_GAUSSIAN;
    const bool draws_normals = noise == Noise::GAUSSIAN || noise == Noise::PARTIAL_GAUSSIAN;
    const int64_t drawn = granularity == Granularity::NODE ? 1 : inputs;
    std::vector<std::array<uint32_t, 4>> planes(rate.planes);
    for (int64_t quad = 0; quad < (drawn + 3) / 4; ++quad) {
        for (int64_t u = 0; u < outputs; ++u) {
            const auto output = static_cast<uint32_t>(u);
            const auto y = static_cast<uint32_t>(quad);
            for (uint32_t k = 0; draws_bits && output % 32 == 0 && k < rate.planes; ++k) {
                planes[k] = philox({output / 32 + k * 0x8000000u, y, sample, step}, key);
            }
            std::array<double, 4> normals{};
            if (draws_normals) {
                const auto words = philox({output + 0x80000000u, y, sample, step}, key);
                const auto low = box_muller(words[0], words[1]);
                const auto high = box_muller(words[2], words[3]);
                normals = {low[0], low[1], high[0], high[1]};
            }
            for (int64_t i = 4 * quad; i < std::min(4 * quad + 4, drawn); ++i) {
                const auto lane = static_cast<size_t>(i % 4);
                uint32_t fraction = 0;
                for (uint32_t k = 0; draws_bits && k < rate.planes; ++k) {
                    fraction = 2 * fraction + 1 - (planes[k][lane] >> output % 32) % 2;
                }
                values[static_cast<size_t>(i * outputs + u)] = multiplier(fraction < rate.threshold, normals[lane]);
            }
        }
    }
    for (int64_t n = drawn * outputs; n < inputs * outputs; ++n) {
        values[static_cast<size_t>(n)] = values[static_cast<size_t>(n - outputs)];
    }
    return values;
}

}  // namespace reference
