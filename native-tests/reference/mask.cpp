#include "mask.h"

#include <cmath>
#include <stdexcept>

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

double Mask::value(uint32_t sample, uint32_t input, uint32_t output) const {
    const uint32_t i = granularity == Granularity::NODE ? 0 : input;
    switch (noise) {
        case Noise::NONE:
            return 1;
        case Noise::BERNOULLI:
            return is_kept(key, step, sample, i, output, rate)
                       ? static_cast<float>(std::ldexp(1.0, static_cast<int>(rate.planes)) / rate.threshold)
                       : 0;
        case Noise::GAUSSIAN:
            return 1 + sigma * normal(key, step, sample, i, output);
        default:
            return is_kept(key, step, sample, i, output, rate) ? 1 : 1 + sigma * normal(key, step, sample, i, output);
    }
}

std::vector<double> Mask::values(uint32_t sample, int64_t inputs, int64_t outputs) const {
    std::vector<double> values(static_cast<size_t>(inputs * outputs));
    for (int64_t i = 0; i < inputs; ++i) {
        for (int64_t u = 0; u < outputs; ++u) {
            values[static_cast<size_t>(i * outputs + u)] =
                granularity == Granularity::NODE && i > 0
                    ? values[static_cast<size_t>(u)]
                    : value(sample, static_cast<uint32_t>(i), static_cast<uint32_t>(u));
        }
    }
    return values;
}

}  // namespace reference
