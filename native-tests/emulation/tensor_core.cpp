// Products of a warp on a tensor core. Operands are cut down or taken as the hardware does; products are exact, and
// each result is rounded once. (Hardware aligns a few products at a time and cuts off what is below: its sums differ in
// the last bits.)
#include <cmath>
#include <cstring>

#include "block.h"
#include "cuda_emulation.h"
#include "launch.h"

namespace emulation {

// What a lane brings to a product. Whoever comes first after the warp has met computes the results of all.
struct Share {
    float* sums;
    const uint32_t* a;
    const uint32_t* b;
    uint32_t metadata;  // of sparse products
    int selector;
    bool done;
};

static float number(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

static float tf32(uint32_t word, int) {
    return number(word & 0xFFFFE000u);
}

static float bf16(uint32_t word, int half) {
    return number(half == 0 ? word << 16 : word & 0xFFFF0000u);
}

// The factors' values are value(word, 0), .. value(word, per_word - 1).
template <int PER_WORD, class Value>
static void multiply(const uint64_t* shares, const Value& value) {
    const auto share = [&](int lane) { return reinterpret_cast<Share*>(shares[lane]); };
    constexpr int DEPTH = 8 * PER_WORD;
    double a[16][DEPTH];
    double b[DEPTH][8];
    for (int lane = 0; lane < warpSize; ++lane) {
        const int group = lane / 4;
        for (int n = 0; n < PER_WORD; ++n) {
            for (int part = 0; part < 4; ++part) {
                a[group + part % 2 * 8][(lane % 4 + part / 2 * 4) * PER_WORD + n] = value(share(lane)->a[part], n);
            }
            for (int part = 0; part < 2; ++part) {
                b[(lane % 4 + part * 4) * PER_WORD + n][group] = value(share(lane)->b[part], n);
            }
        }
    }
    for (int lane = 0; lane < warpSize; ++lane) {
        for (int part = 0; part < 4; ++part) {
            const int row = lane / 4 + part / 2 * 8;
            const int column = lane % 4 * 2 + part % 2;
            double sum = static_cast<double>(share(lane)->sums[part]);
            for (int k = 0; k < DEPTH; ++k) {
                sum += a[row][k] * b[k][column];
            }
            share(lane)->sums[part] = static_cast<float>(sum);
        }
        share(lane)->done = true;
    }
}

static const uint64_t* meet(const char* operation, Share& own) {
    if (block().existing_lanes() != 0xFFFFFFFFu) {
        fail(std::string(operation) + " needs a whole warp");
    }
    return block().wait_for_warp(operation, 0xFFFFFFFFu, reinterpret_cast<uint64_t>(&own));
}

template <int PER_WORD, class Value>
static void multiply(const char* operation, float* sums, const uint32_t* a, const uint32_t* b, const Value& value) {
    Share own{sums, a, b, 0, 0, false};
    const uint64_t* const shares = meet(operation, own);
    if (!own.done) {
        multiply<PER_WORD>(shares, value);
    }
}

// The index of a stored element: a whole warp's metadata, of which lanes 4 (row % 8) + 2 selector + {0, 1} bring a
// row's.
static uint32_t sparse_index(const uint64_t* shares, int selector, int row, int element) {
    const Share& share = *reinterpret_cast<Share*>(shares[row % 8 * 4 + selector * 2 + element / 8]);
    return share.metadata >> (row / 8 * 16 + element % 8 * 2) & 3u;
}

// Which of b's 32 rows a stored element multiplies. Metadata that the PTX ISA does not allow ends the program: two
// elements of four must be named, the lower one first.
static int sparse_row(const uint64_t* shares, int selector, int row, int element) {
    const int even = element / 2 * 2;
    const uint32_t low = sparse_index(shares, selector, row, even);
    const uint32_t high = sparse_index(shares, selector, row, even + 1);
    if (low >= high) {
        fail(
            "multiply_sparse_bf16: the metadata of row " + std::to_string(row) + ", elements " + std::to_string(even) +
            " and " + std::to_string(even + 1) + " must name two rows of four in their order: " + std::to_string(low) +
            ", " + std::to_string(high));
    }
    return element / 2 * 4 + static_cast<int>(element % 2 == 0 ? low : high);
}

static void multiply_sparse(const uint64_t* shares) {
    const auto share = [&](int lane) { return reinterpret_cast<Share*>(shares[lane]); };
    double a[16][16];
    double b[32][8];
    for (int lane = 0; lane < warpSize; ++lane) {
        if (share(lane)->selector != share(0)->selector) {
            fail("multiply_sparse_bf16 needs the same selector in all lanes");
        }
        for (int part = 0; part < 4; ++part) {
            for (int n = 0; n < 2; ++n) {
                a[lane / 4 + part % 2 * 8][lane % 4 * 2 + part / 2 * 8 + n] = bf16(share(lane)->a[part], n);
                b[lane % 4 * 2 + part * 8 + n][lane / 4] = bf16(share(lane)->b[part], n);
            }
        }
    }
    int rows[16][16];
    for (int row = 0; row < 16; ++row) {
        for (int element = 0; element < 16; ++element) {
            rows[row][element] = sparse_row(shares, share(0)->selector, row, element);
        }
    }
    for (int lane = 0; lane < warpSize; ++lane) {
        for (int part = 0; part < 4; ++part) {
            const int row = lane / 4 + part / 2 * 8;
            const int column = lane % 4 * 2 + part % 2;
            double sum = static_cast<double>(share(lane)->sums[part]);
            for (int element = 0; element < 16; ++element) {
                sum += a[row][element] * b[rows[row][element]][column];
            }
            share(lane)->sums[part] = static_cast<float>(sum);
        }
        share(lane)->done = true;
    }
}

void multiply_sparse_bf16(int selector, float* sums, const uint32_t* a, const uint32_t* b, uint32_t metadata) {
    Share own{sums, a, b, metadata, selector, false};
    const uint64_t* const shares = meet("multiply_sparse_bf16", own);
    if (!own.done) {
        multiply_sparse(shares);
    }
}

}  // namespace emulation

void multiply_tf32(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    static constexpr const char* NAME = "multiply_tf32";
    emulation::multiply<1>(NAME, sums, a, b, emulation::tf32);
}

void multiply_bf16(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    static constexpr const char* NAME = "multiply_bf16";
    emulation::multiply<2>(NAME, sums, a, b, emulation::bf16);
}

static uint32_t rounded_to_bf16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if (std::isnan(value)) {
        return 0x7FFF;
    }
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

uint32_t bf16_pair(float low, float high) {
    return rounded_to_bf16(low) | rounded_to_bf16(high) << 16;
}
