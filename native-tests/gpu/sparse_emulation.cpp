// Products of a warp on a sparse tensor core, emulated number by number as the PTX ISA describes them: what a GPU's are
// compared with. Products are exact, and each sum is rounded once.
#include <cmath>
#include <string>

#include "block.h"
#include "instructions.cuh"
#include "launch.h"

namespace {

constexpr int NIBBLES = 8;  // of a row's metadata: one for each stored word

struct Share {
    float* sums;
    const uint32_t* a;
    const uint32_t* b;
    uint32_t metadata;
    bool done;
};

// Half 0 or 1 of a word; floats have only one number, as half 0.
double number(SparseNumbers numbers, uint32_t word, int half) {
    const uint32_t bits = word >> 16 * half & 0xFFFFu;
    if (numbers == SparseNumbers::TF32) {
        return emulation::same_bits<float>(word & 0xFFFFE000u);
    }
    if (numbers == SparseNumbers::BF16) {
        return emulation::same_bits<float>(bits << 16);
    }
    const int exponent = static_cast<int>(bits >> 10 & 31u);
    const double fraction = bits & 1023u;
    const double magnitude = exponent == 31  ? (fraction == 0.0 ? HUGE_VAL : std::nan(""))
                             : exponent == 0 ? std::ldexp(fraction, -24)
                                             : std::ldexp(1024.0 + fraction, exponent - 25);
    return bits >> 15 == 0 ? magnitude : -magnitude;
}

// For which of two words' numbers a stored number stands, 0 to 3; of floats 0 or 1.
int chosen(SparseNumbers numbers, uint32_t nibble, int half) {
    const uint32_t first = nibble & 3u;
    const uint32_t second = nibble >> 2;
    if (first >= second || (numbers == SparseNumbers::TF32 && nibble != 0x4u && nibble != 0xEu)) {
        emulation::fail("multiply_sparse: a nibble of the metadata must not be " + std::to_string(nibble));
    }
    return numbers == SparseNumbers::TF32 ? static_cast<int>(first / 2) : static_cast<int>(half == 0 ? first : second);
}

void multiply(SparseNumbers numbers, int selector, const uint64_t* shares) {
    const auto share = [&](int lane) { return reinterpret_cast<Share*>(shares[lane]); };
    const int per_word = numbers == SparseNumbers::TF32 ? 1 : 2;
    for (int row = 0; row < 16; ++row) {
        const int group = row % 8;
        const int upper = row / 8;
        for (int column = 0; column < 8; ++column) {
            float& result = share(group * 4 + column / 2)->sums[upper * 2 + column % 2];
            double sum = static_cast<double>(result);
            for (int t = 0; t < NIBBLES; ++t) {
                const uint32_t a = share(group * 4 + t % 4)->a[t / 4 * 2 + upper];
                const uint32_t metadata = share(group * 4 + 2 * selector + t / 4)->metadata;
                const uint32_t nibble = metadata >> (16 * upper + 4 * (t % 4)) & 15u;
                for (int half = 0; half < per_word; ++half) {
                    const int at = chosen(numbers, nibble, half);
                    const int word = 2 * t + at / per_word;
                    const uint32_t b = share(column * 4 + word % 4)->b[word / 4];
                    sum += number(numbers, a, half) * number(numbers, b, at % per_word);
                }
            }
            result = static_cast<float>(sum);
        }
    }
    for (int lane = 0; lane < warpSize; ++lane) {
        share(lane)->done = true;
    }
}

}  // namespace

void multiply_sparse(
    SparseNumbers numbers, int selector, float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4],
    uint32_t metadata) {
    static constexpr const char* NAME = "multiply_sparse";
    Share own{sums, a, b, metadata, false};
    const uint64_t* const shares =
        emulation::block().wait_for_warp(NAME, 0xFFFFFFFFu, reinterpret_cast<uint64_t>(&own));
    if (!own.done) {
        multiply(numbers, selector, shares);
    }
}
