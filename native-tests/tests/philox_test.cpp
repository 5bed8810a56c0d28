#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "device.h"
#include "known_answers.h"
#include "philox.h"
#include "probe.h"

static std::vector<uint32_t> words_of(const std::vector<uint32_t>& counters, const std::vector<uint32_t>& keys) {
    const auto count = static_cast<int64_t>(keys.size() / 2);
    const device::Array<uint32_t> counter_array(counters);
    const device::Array<uint32_t> key_array(keys);
    const device::Array<uint32_t> words(4 * count);
    device::launch(
        "probe_philox", probe_launch(count), counter_array.pointer(), key_array.pointer(), words.pointer(), count);
    device::synchronize();
    return words.download();
}

TEST(Philox, GivesTheKnownAnswers) {
    std::vector<uint32_t> counters;
    std::vector<uint32_t> keys;
    std::vector<uint32_t> expected;
    for (const reference::Fields& fields : reference::known_answers("philox-known-answers.txt")) {
        ASSERT_EQ(fields.size(), 10u);
        for (size_t i = 0; i < 10; ++i) {
            auto& list = i < 4 ? counters : i < 6 ? keys : expected;
            list.push_back(static_cast<uint32_t>(reference::hexadecimal(fields[i])));
        }
        const uint32_t* const c = &counters[counters.size() - 4];
        const uint32_t* const k = &keys[keys.size() - 2];
        const auto words = reference::philox({c[0], c[1], c[2], c[3]}, {k[0], k[1]});
        EXPECT_TRUE(std::equal(words.begin(), words.end(), expected.end() - 4)) << "known answer " << keys.size() / 2;
    }
    EXPECT_EQ(words_of(counters, keys), expected);
}

TEST(Philox, IsTheReferenceEverywhere) {
    constexpr int COUNT = 1000;
    std::mt19937 random(1);
    std::vector<uint32_t> counters;
    std::vector<uint32_t> keys;
    std::vector<uint32_t> expected;
    for (int n = 0; n < COUNT; ++n) {
        std::array<uint32_t, 4> counter{};
        std::array<uint32_t, 2> key{};
        for (uint32_t& word : counter) {
            word = static_cast<uint32_t>(random());
        }
        for (uint32_t& word : key) {
            word = static_cast<uint32_t>(random());
        }
        const auto words = reference::philox(counter, key);
        counters.insert(counters.end(), counter.begin(), counter.end());
        keys.insert(keys.end(), key.begin(), key.end());
        expected.insert(expected.end(), words.begin(), words.end());
    }
    EXPECT_EQ(words_of(counters, keys), expected);
}
