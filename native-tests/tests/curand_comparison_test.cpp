// docs/mask.md, "In cuRAND's terms": NVIDIA's curand_kernel.h draws the mask's words bit for bit, and its normals
// within 1e-5. On the CPU, where the header's functions run too, and on a GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

#include "../gpu/curand_host.h"
#include "device.h"
#include "step_state.cuh"

namespace {

constexpr double NORMAL_BOUND = 1e-5;
// docs/mask.md promises the bound for |z| < 6 only; farther out, single precision itself is as coarse.
constexpr float FAR_OUT = 6.0f;
constexpr double FAR_NORMAL_BOUND = 2e-5;
constexpr unsigned THREADS = 256;

struct Places {
    std::vector<StepState> states;
    std::vector<uint32_t> layers;
    std::vector<uint32_t> samples;
    std::vector<uint32_t> quads;
    std::vector<uint32_t> outputs;
    std::vector<uint32_t> planes;

    void add(
        uint64_t seed, uint32_t layer, uint32_t step, uint32_t sample, uint32_t input, uint32_t output,
        uint32_t plane) {
        states.push_back({static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), step, 0.0f});
        layers.push_back(layer);
        samples.push_back(sample);
        quads.push_back(input >> 2);
        outputs.push_back(output);
        planes.push_back(plane);
    }

    int64_t size() const {
        return static_cast<int64_t>(states.size());
    }
};

// Every combination of the ends of the ranges, then random places.
[[maybe_unused]] Places places() {
    Places places;
    for (const uint64_t seed : {uint64_t{0}, uint64_t{1234}, ~uint64_t{0}}) {
        for (const uint32_t layer : {0u, 1u, 0x7FFFFFFFu}) {
            for (const uint32_t step : {0u, 7u, 0xFFFFFFFEu}) {
                for (const uint32_t sample : {0u, 3u, 0xFFFFFFFFu}) {
                    for (const uint32_t input : {0u, 10u, 0xFFFFFFFFu}) {
                        for (const uint32_t output : {0u, 77u, 0x7FFFFFFFu}) {
                            for (const uint32_t plane : {0u, 5u, 15u}) {
                                places.add(seed, layer, step, sample, input, output, plane);
                            }
                        }
                    }
                }
            }
        }
    }
    std::mt19937_64 random(3);
    for (int n = 0; n < 20000; ++n) {
        const uint64_t seed = random();
        const uint64_t a = random();
        const uint64_t b = random();
        places.add(
            seed, static_cast<uint32_t>(a) >> 1, static_cast<uint32_t>(a >> 32) >> (n % 2 * 16),
            static_cast<uint32_t>(b) >> (n % 3 * 12), static_cast<uint32_t>(b >> 32) >> (n % 5 * 6),
            static_cast<uint32_t>(random() >> 33) >> (n % 7 * 4), static_cast<uint32_t>(n) % 16);
    }
    return places;
}

struct Draws {
    std::vector<uint32_t> keys;
    std::vector<uint32_t> words;
    std::vector<float> normals;
};

[[maybe_unused]] Draws draws_of(const char* kernel, const Places& places) {
    const int64_t count = places.size();
    const device::Array<StepState> states(places.states);
    const device::Array<uint32_t> layers(places.layers);
    const device::Array<uint32_t> samples(places.samples);
    const device::Array<uint32_t> quads(places.quads);
    const device::Array<uint32_t> outputs(places.outputs);
    const device::Array<uint32_t> planes(places.planes);
    const device::Array<uint32_t> keys(2 * count);
    const device::Array<uint32_t> words(4 * count);
    const device::Array<float> normals(4 * count);
    device::launch(
        kernel, {{static_cast<unsigned>((count + THREADS - 1) / THREADS)}, THREADS}, count, states.pointer(),
        layers.pointer(), samples.pointer(), quads.pointer(), outputs.pointer(), planes.pointer(), keys.pointer(),
        words.pointer(), normals.pointer());
    device::synchronize();
    return {keys.download(), words.download(), normals.download()};
}

[[maybe_unused]] void expect_same(const Draws& ours, const Draws& curands) {
    EXPECT_EQ(ours.keys, curands.keys);
    EXPECT_EQ(ours.words, curands.words);
    double worst = 0.0;
    for (size_t n = 0; n < ours.normals.size(); ++n) {
        const double difference = std::abs(static_cast<double>(ours.normals[n]) - curands.normals[n]);
        ASSERT_LE(difference, std::abs(ours.normals[n]) < FAR_OUT ? NORMAL_BOUND : FAR_NORMAL_BOUND)
            << "normal " << n << ": " << ours.normals[n] << ", cuRAND's " << curands.normals[n];
        worst = std::max(worst, difference);
    }
    std::printf(
        "%zu words equal; %zu normals, the farthest apart by %.2g\n", ours.words.size(), ours.normals.size(), worst);
}

}  // namespace

TEST(CurandComparison, HeaderOnTheCpuDrawsTheMask) {
#if PERNODEDROP_CURAND_ON_HOST
    const Places all = places();
    Draws curands;
    for (size_t n = 0; n < all.states.size(); ++n) {
        const StepState& state = all.states[n];
        uint32_t key[2];
        uint32_t words[4];
        float normals[4];
        curand_draws_on_host(
            static_cast<uint64_t>(state.seed_high) << 32 | state.seed_low, all.layers[n], state.step, all.samples[n],
            all.quads[n], all.outputs[n], all.planes[n], key, words, normals);
        curands.keys.insert(curands.keys.end(), key, key + 2);
        curands.words.insert(curands.words.end(), words, words + 4);
        curands.normals.insert(curands.normals.end(), normals, normals + 4);
    }
    expect_same(draws_of("mask_draws", all), curands);
#else
    GTEST_SKIP() << "curand_kernel.h and cuda_runtime.h were not both found, or do not compile: "
                    "configure with -DCURAND_INCLUDE_DIR and "
                    "-DCUDA_INCLUDE_DIR, the folders that hold them";
#endif
}

TEST(CurandComparison, HeaderOnTheGpuDrawsTheMask) {
    if (device::emulated()) {
        GTEST_SKIP() << "needs a GPU: cuRAND's device functions are compiled by nvcc";
    }
#if PERNODEDROP_CURAND_ON_GPU
    const Places all = places();
    expect_same(draws_of("mask_draws", all), draws_of("curand_comparison", all));
#else
    GTEST_SKIP() << "curand_kernel.h was not found, or nvcc refuses it: "
                    "configure with -DCURAND_INCLUDE_DIR, the folder that holds it";
#endif
}
