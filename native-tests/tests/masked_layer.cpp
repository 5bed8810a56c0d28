#include "masked_layer.h"

#include <map>
#include <random>
#include <tuple>

static constexpr uint64_t SEED = 0x123456789ABCDEF0u;
static constexpr uint32_t STEP = 0xFEDCBA98u;

const reference::MaskTable& mask_table(
    reference::Noise noise, reference::Rate rate, double sigma, const reference::Shape& largest) {
    using Identity = std::tuple<reference::Noise, uint32_t, uint32_t, int64_t, int64_t, int64_t>;
    static std::map<Identity, reference::MaskTable> tables;
    const Identity identity{noise, rate.planes, rate.threshold, largest.samples, largest.inputs, largest.outputs};
    auto found = tables.find(identity);
    if (found == tables.end()) {
        reference::Mask definition;
        definition.noise = noise;
        definition.key = reference::layer_key(SEED, MASKED_LAYER);
        definition.step = STEP;
        definition.rate = rate;
        definition.sigma = sigma;
        found = tables.emplace(identity, reference::MaskTable(definition, MASKED_FIRST_SAMPLE, largest)).first;
    }
    return found->second;
}

std::vector<float> layer_numbers(int64_t size, uint32_t seed, bool held) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<size_t>(size));
    for (float& value : values) {
        value = normal(generator);
        if (held) {
            value = std::round(value * 16) / 16;
        }
    }
    return values;
}

std::vector<StepState> masked_layer_state() {
    return {{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0}};
}
