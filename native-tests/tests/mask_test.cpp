#include "mask.h"

#include <gtest/gtest.h>

#include <random>

#include "device.h"
#include "known_answers.h"
#include "probe.h"
#include "step_state.cuh"

using reference::decimal;
using reference::Fields;
using reference::hexadecimal;

static uint32_t word(const std::string& field) {
    return static_cast<uint32_t>(decimal(field));
}

// Lists for the mask's probes, filled entry by entry.
struct Positions {
    std::vector<StepState> states;
    std::vector<uint32_t> positions;  // layer, sample, input, output or block of outputs

    void add(uint64_t seed, uint32_t layer, uint32_t step, uint32_t sample, uint32_t input, uint32_t last) {
        states.push_back({static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), step, 0.0f});
        positions.insert(positions.end(), {layer, sample, input, last});
    }

    // A line of the known answers: what it says, and the place.
    void add(const Fields& fields) {
        add(hexadecimal(fields[1]), word(fields[2]), word(fields[3]), word(fields[4]), word(fields[5]),
            word(fields[6]));
    }

    int64_t count() const {
        return static_cast<int64_t>(states.size());
    }

    // Four words for each position.
    std::vector<uint32_t> kept(const std::vector<uint32_t>& rates) const {
        const device::Array<StepState> state_array(states);
        const device::Array<uint32_t> position_array(positions);
        const device::Array<uint32_t> rate_array(rates);
        const device::Array<uint32_t> words(4 * count());
        device::launch(
            "probe_kept_bits", probe_launch(count()), state_array.pointer(), position_array.pointer(),
            rate_array.pointer(), words.pointer(), count());
        device::synchronize();
        return words.download();
    }

    // Four normals for each position.
    std::vector<float> normals() const {
        const device::Array<StepState> state_array(states);
        const device::Array<uint32_t> position_array(positions);
        const device::Array<float> normals(4 * count());
        device::launch(
            "probe_mask_normals", probe_launch(count()), state_array.pointer(), position_array.pointer(),
            normals.pointer(), count());
        device::synchronize();
        return normals.download();
    }
};

TEST(Mask, HasTheKnownLayerKeys) {
    std::vector<StepState> states;
    std::vector<uint32_t> layers;
    std::vector<uint32_t> expected;
    for (const Fields& fields : reference::known_answers("mask-known-answers.txt", "key")) {
        const uint64_t seed = hexadecimal(fields[1]);
        states.push_back({static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 99, 0.0f});
        layers.push_back(word(fields[2]));
        expected.push_back(static_cast<uint32_t>(hexadecimal(fields[3])));
        expected.push_back(static_cast<uint32_t>(hexadecimal(fields[4])));
    }
    const auto count = static_cast<int64_t>(layers.size());
    const device::Array<StepState> state_array(states);
    const device::Array<uint32_t> layer_array(layers);
    const device::Array<uint32_t> keys(2 * count);
    device::launch(
        "probe_layer_key", probe_launch(count), state_array.pointer(), layer_array.pointer(), keys.pointer(), count);
    device::synchronize();
    EXPECT_EQ(keys.download(), expected);
}

TEST(Mask, HasTheKnownKeptBits) {
    Positions positions;
    std::vector<uint32_t> rates;
    std::vector<uint32_t> expected;
    std::vector<uint32_t> lanes;
    for (const Fields& fields : reference::known_answers("mask-known-answers.txt", "kept")) {
        ASSERT_EQ(fields.size(), 10u);
        positions.add(fields);
        rates.insert(rates.end(), {word(fields[7]), word(fields[8])});
        lanes.push_back(word(fields[5]) & 3u);
        expected.push_back(static_cast<uint32_t>(hexadecimal(fields[9])));
    }
    const std::vector<uint32_t> kept = positions.kept(rates);
    for (size_t n = 0; n < expected.size(); ++n) {
        EXPECT_EQ(kept[4 * n + lanes[n]], expected[n]) << "known answer " << n;
    }
}

TEST(Mask, HasTheKnownNormals) {
    Positions positions;
    std::vector<double> expected;
    std::vector<uint32_t> lanes;
    for (const Fields& fields : reference::known_answers("mask-known-answers.txt", "normal")) {
        ASSERT_EQ(fields.size(), 10u);
        positions.add(fields);
        lanes.push_back(word(fields[5]) & 3u);
        expected.push_back(std::stod(fields[9]));
    }
    const std::vector<float> normals = positions.normals();
    for (size_t n = 0; n < expected.size(); ++n) {
        EXPECT_NEAR(normals[4 * n + lanes[n]], expected[n], 1e-5) << "known answer " << n;
    }
}

// Anywhere in the ranges of docs/mask.md.
static Positions random_positions(int count, uint32_t most_last) {
    std::mt19937_64 random(2);
    Positions positions;
    for (int n = 0; n < count; ++n) {
        positions.add(
            random(), static_cast<uint32_t>(random() >> 33), static_cast<uint32_t>(random() % 0xFFFFFFFFu),
            static_cast<uint32_t>(random()), static_cast<uint32_t>(random()),
            static_cast<uint32_t>(random() % most_last));
    }
    return positions;
}

static reference::Key key_of(const Positions& positions, size_t n) {
    const StepState& state = positions.states[n];
    return reference::layer_key(
        static_cast<uint64_t>(state.seed_high) << 32 | state.seed_low, positions.positions[4 * n]);
}

TEST(Mask, KeepsWhatTheReferenceKeeps) {
    constexpr int EACH = 5;
    std::mt19937 random(3);
    const Positions positions = random_positions(16 * EACH, 1u << 26);
    std::vector<uint32_t> rates;
    for (uint32_t planes = 1; planes <= 16; ++planes) {
        for (int n = 0; n < EACH; ++n) {
            rates.insert(rates.end(), {planes, 1 + static_cast<uint32_t>(random()) % ((1u << planes) - 1)});
        }
    }
    const std::vector<uint32_t> kept = positions.kept(rates);
    for (size_t n = 0; n < positions.states.size(); ++n) {
        const reference::Key key = key_of(positions, n);
        const uint32_t* const position = &positions.positions[4 * n];
        for (uint32_t lane = 0; lane < 4; ++lane) {
            uint32_t expected = 0;
            for (uint32_t bit = 0; bit < 32; ++bit) {
                const bool is_kept = reference::is_kept(
                    key, positions.states[n].step, position[1], position[2] / 4 * 4 + lane, 32 * position[3] + bit,
                    {rates[2 * n], rates[2 * n + 1]});
                expected |= (is_kept ? 1u : 0u) << bit;
            }
            ASSERT_EQ(kept[4 * n + lane], expected) << rates[2 * n] << " planes, threshold " << rates[2 * n + 1];
        }
    }
}

TEST(Mask, NormalsAreTheReferences) {
    const Positions positions = random_positions(200, 1u << 31);
    const std::vector<float> normals = positions.normals();
    for (size_t n = 0; n < positions.states.size(); ++n) {
        const reference::Key key = key_of(positions, n);
        const uint32_t* const position = &positions.positions[4 * n];
        for (uint32_t lane = 0; lane < 4; ++lane) {
            const double expected =
                reference::normal(key, positions.states[n].step, position[1], position[2] / 4 * 4 + lane, position[3]);
            ASSERT_NEAR(normals[4 * n + lane], expected, 1e-5);
        }
    }
}
