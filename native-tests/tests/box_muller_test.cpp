#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "device.h"
#include "known_answers.h"
#include "mask.h"
#include "probe.h"

static std::vector<float> normals_of(const std::vector<uint32_t>& words) {
    const auto count = static_cast<int64_t>(words.size() / 2);
    const device::Array<uint32_t> word_array(words);
    const device::Array<float> normals(2 * count);
    device::launch("probe_box_muller", probe_launch(count), word_array.pointer(), normals.pointer(), count);
    device::synchronize();
    return normals.download();
}

static void expect_reference(const std::vector<uint32_t>& words) {
    const std::vector<float> normals = normals_of(words);
    for (size_t n = 0; n < words.size(); n += 2) {
        const auto expected = reference::box_muller(words[n], words[n + 1]);
        ASSERT_NEAR(normals[n], expected[0], 1e-5) << std::hex << words[n] << ", " << words[n + 1];
        ASSERT_NEAR(normals[n + 1], expected[1], 1e-5) << std::hex << words[n] << ", " << words[n + 1];
    }
}

TEST(BoxMuller, IsTheReferenceAtRandom) {
    std::mt19937 random(4);
    std::vector<uint32_t> words(20000);
    for (uint32_t& word : words) {
        word = static_cast<uint32_t>(random());
    }
    expect_reference(words);
}

// Both ends of the ranges, powers of 2 and their neighbours, and the borders of the quarter turns.
TEST(BoxMuller, IsTheReferenceAtTheEdges) {
    std::vector<uint32_t> edges = {0, 0xFFFFFFFFu, 0xFFFFFF7Fu, 0xFFFFFF80u, 0xB504F334u, 0x5A82799Au};
    for (int bit = 0; bit < 32; ++bit) {
        for (const int offset : {-1, 0, 1}) {
            edges.push_back((1u << bit) + static_cast<uint32_t>(offset));
        }
    }
    for (uint32_t eighth = 1; eighth < 8; ++eighth) {
        for (const int offset : {-129, -1, 0, 1, 129}) {
            edges.push_back(eighth * 0x20000000u + static_cast<uint32_t>(offset));
        }
    }
    std::vector<uint32_t> words;
    for (const uint32_t v : edges) {
        for (const uint32_t w : edges) {
            words.insert(words.end(), {v, w});
        }
    }
    expect_reference(words);
}

TEST(BoxMuller, IsJavasBitForBit) {
    std::vector<uint32_t> words;
    std::vector<uint32_t> expected;
    for (const reference::Fields& fields : reference::known_answers("box-muller-known-answers.txt")) {
        ASSERT_EQ(fields.size(), 4u);
        for (size_t i = 0; i < 4; ++i) {
            (i < 2 ? words : expected).push_back(static_cast<uint32_t>(reference::hexadecimal(fields[i])));
        }
    }
    const std::vector<float> normals = normals_of(words);
    for (size_t n = 0; n < expected.size(); ++n) {
        uint32_t bits;
        std::memcpy(&bits, &normals[n], sizeof bits);
        EXPECT_EQ(bits, expected[n]) << std::hex << words[n / 2 * 2] << ", " << words[n / 2 * 2 + 1];
    }
}

// Calls check(words, floats of a kind that NVIDIA's library made of them, seed). Lines of the file: a name, a seed,
// values; each seed's words come before what was made of them.
template <class Check>
static void for_each_draw(const char* kind, const Check& check) {
    for (const reference::Fields& made : reference::known_answers("curand-philox.txt", kind)) {
        for (const reference::Fields& drawn : reference::known_answers("curand-philox.txt", "words")) {
            if (drawn[1] != made[1] || drawn[2] != "0") {
                continue;
            }
            const size_t count = std::min(made.size() - 2, drawn.size() - 3) / 2 * 2;
            ASSERT_GE(count, 64u);
            std::vector<uint32_t> words;
            std::vector<float> floats(count);
            for (size_t n = 0; n < count; ++n) {
                words.push_back(static_cast<uint32_t>(reference::hexadecimal(drawn[3 + n])));
                const auto bits = static_cast<uint32_t>(reference::hexadecimal(made[2 + n]));
                std::memcpy(&floats[n], &bits, sizeof bits);
            }
            check(words, floats, made[1]);
        }
    }
}

TEST(BoxMuller, IsWhatNvidiasLibraryDraws) {
    for_each_draw("normal", [](const auto& words, const std::vector<float>& expected, const std::string& seed) {
        const std::vector<float> normals = normals_of(words);
        for (size_t n = 0; n < expected.size(); ++n) {
            EXPECT_NEAR(normals[n], expected[n], 2e-6) << "normal " << n << " of seed " << seed;
        }
    });
}

TEST(BoxMuller, UniformsAreThoseOfNvidiasLibraryBitForBit) {
    for_each_draw("uniform", [](const auto& words, const std::vector<float>& expected, const std::string& seed) {
        const auto count = static_cast<int64_t>(words.size());
        const device::Array<uint32_t> word_array(words);
        const device::Array<float> uniforms(count);
        device::launch("probe_uniform", probe_launch(count), word_array.pointer(), uniforms.pointer(), count);
        device::synchronize();
        EXPECT_EQ(uniforms.download(), expected) << "seed " << seed;
    });
}
