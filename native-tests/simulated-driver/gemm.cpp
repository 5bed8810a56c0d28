#include "gemm.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace simulated {
namespace {

// A tile of C stays in registers: two vectors of rows by six columns. Panels of A and B lie packed in caches.
constexpr int LANES = 8;
constexpr int VECTORS = 2;
constexpr int TILE_ROWS = LANES * VECTORS;
constexpr int TILE_COLUMNS = 6;
constexpr int64_t BLOCK_ROWS = 128;
constexpr int64_t BLOCK_DEPTH = 256;

using Lanes = float __attribute__((vector_size(LANES * sizeof(float))));
using UnalignedLanes = float __attribute__((vector_size(LANES * sizeof(float)), aligned(alignof(float)), may_alias));

// TF32: to the nearest, half away from zero; bf16: half to even.
float rounded(float value, Rounding rounding) {
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    if (rounding == Rounding::NONE || (bits & 0x7F800000u) == 0x7F800000u) {
        return value;
    }
    bits = rounding == Rounding::TF32 ? (bits + 0x1000u) & 0xFFFFE000u
                                      : (bits + 0x7FFFu + (bits >> 16 & 1u)) & 0xFFFF0000u;
    std::memcpy(&value, &bits, sizeof bits);
    return value;
}

int64_t round_up(int64_t count, int64_t unit) {
    return (count + unit - 1) / unit * unit;
}

// Packs `width` rows of a matrix with columns along the depth, panels of `tile` rows one after the other, zeros at the
// edge. Element (row, depth) is at row * row_step + depth * depth_step.
void pack(
    const float* from, int64_t row_step, int64_t depth_step, int64_t width, int64_t depth, int tile, Rounding rounding,
    float* to) {
    for (int64_t first = 0; first < width; first += tile) {
        const int64_t rows = std::min<int64_t>(tile, width - first);
        for (int64_t d = 0; d < depth; ++d, to += tile) {
            for (int64_t r = 0; r < rows; ++r) {
                to[r] = rounded(from[(first + r) * row_step + d * depth_step], rounding);
            }
            std::fill(to + rows, to + tile, 0.0f);
        }
    }
}

// tile[column][row] = sum over the depth.
void multiply_tile(const float* a, const float* b, int64_t depth, float (*tile)[TILE_ROWS]) {
    Lanes sums[TILE_COLUMNS][VECTORS] = {};
    for (int64_t d = 0; d < depth; ++d, a += TILE_ROWS, b += TILE_COLUMNS) {
        Lanes rows[VECTORS];
        for (int v = 0; v < VECTORS; ++v) {
            rows[v] = *reinterpret_cast<const UnalignedLanes*>(a + v * LANES);
        }
#pragma GCC unroll 6
        for (int column = 0; column < TILE_COLUMNS; ++column) {
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; ++v) {
                sums[column][v] += rows[v] * b[column];
            }
        }
    }
    std::memcpy(tile, sums, sizeof sums);
}

void scale(float* c, const Gemm& gemm) {
    for (int64_t j = 0; j < gemm.n; ++j, c += gemm.c_leading) {
        for (int64_t i = 0; i < gemm.m; ++i) {
            c[i] = gemm.beta == 0.0f ? 0.0f : gemm.beta * c[i];
        }
    }
}

void add_tile(const float (*tile)[TILE_ROWS], float alpha, float* c, int64_t leading, int64_t rows, int64_t columns) {
    for (int64_t j = 0; j < columns; ++j, c += leading) {
        for (int64_t i = 0; i < rows; ++i) {
            c[i] += alpha * tile[j][i];
        }
    }
}

void multiply_one(const Gemm& gemm, const float* a, const float* b, float* c) {
    scale(c, gemm);
    if (gemm.alpha == 0.0f) {
        return;
    }
    const int64_t a_row = gemm.a.transposed ? gemm.a.leading : 1;
    const int64_t a_depth = gemm.a.transposed ? 1 : gemm.a.leading;
    const int64_t b_column = gemm.b.transposed ? 1 : gemm.b.leading;
    const int64_t b_depth = gemm.b.transposed ? gemm.b.leading : 1;
    std::vector<float> packed_a(static_cast<size_t>(BLOCK_ROWS * BLOCK_DEPTH));
    std::vector<float> packed_b(static_cast<size_t>(round_up(gemm.n, TILE_COLUMNS) * BLOCK_DEPTH));
    float tile[TILE_COLUMNS][TILE_ROWS];
    for (int64_t d = 0; d < gemm.k; d += BLOCK_DEPTH) {
        const int64_t depth = std::min(BLOCK_DEPTH, gemm.k - d);
        pack(b + d * b_depth, b_column, b_depth, gemm.n, depth, TILE_COLUMNS, gemm.rounding, packed_b.data());
        for (int64_t i = 0; i < gemm.m; i += BLOCK_ROWS) {
            const int64_t rows = std::min(BLOCK_ROWS, gemm.m - i);
            pack(a + i * a_row + d * a_depth, a_row, a_depth, rows, depth, TILE_ROWS, gemm.rounding, packed_a.data());
            for (int64_t j = 0; j < gemm.n; j += TILE_COLUMNS) {
                for (int64_t r = 0; r < rows; r += TILE_ROWS) {
                    multiply_tile(
                        &packed_a[static_cast<size_t>(r * depth)], &packed_b[static_cast<size_t>(j * depth)], depth,
                        tile);
                    add_tile(
                        tile, gemm.alpha, c + j * gemm.c_leading + i + r, gemm.c_leading,
                        std::min<int64_t>(TILE_ROWS, rows - r), std::min<int64_t>(TILE_COLUMNS, gemm.n - j));
                }
            }
        }
    }
}

}  // namespace

void multiply(const Gemm& gemm) {
    for (int64_t i = 0; i < gemm.batch; ++i) {
        multiply_one(
            gemm, gemm.a.values + i * gemm.a.stride, gemm.b.values + i * gemm.b.stride, gemm.c + i * gemm.c_stride);
    }
}

}  // namespace simulated
