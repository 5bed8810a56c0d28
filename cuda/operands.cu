// Copies of operands, in the form that kernels of products read.
//
// For the connection kernels: round_bf16 writes n floats rounded to bf16, as floats. To the nearest, to the even one of
// two; beyond the largest bf16 infinity; NaN stays NaN.
//
// For the multi-position kernels, whose rows are multiples of 4 words of 32 bits: row-major floats [planes, rows,
// columns], with zeros past the ends.
//
//   multi_position_pad            floats                  [planes, rows, columns up to a multiple of 4]
//   multi_position_pair_columns   bf16 (2c, 2c + 1)       [planes, rows, pairs of columns up to a multiple of 4]
//   multi_position_pair_rows      bf16 rows 2r and 2r+1   [planes, pairs of rows, columns up to a multiple of 4]
//
//   pass            first operand                                second operand
//   forward         x: pad or pair_columns                       w: pad or pair_rows
//   backward_input  dz: pad or pair_columns                      w: pad or pair_columns
//   backward_weight x: pad or pair_rows, planes = samples        dz: pad or pair_rows, planes = samples
//
// Floats that lie so already need no multi_position_pad. A thread makes four words after the other; any grid.
#include "platform.cuh"

constexpr int OPERAND_THREADS = 256;

KERNEL(round_bf16, __launch_bounds__(OPERAND_THREADS), int64_t n, const float* from, float* to) {
    const int64_t step = static_cast<int64_t>(gridDim.x) * OPERAND_THREADS;
    for (int64_t k = static_cast<int64_t>(blockIdx.x) * OPERAND_THREADS + threadIdx.x; k < n; k += step) {
        // The upper half of a float is its bf16.
        to[k] = __uint_as_float(bf16_pair(0.0f, from[k]) & 0xFFFF0000u);
    }
}

// Calls word(row, column) for each of `rows` x `width` words, and stores what it returns.
template <class Word>
__device__ __forceinline__ void for_each_word(int64_t rows, int32_t width, uint32_t* to, const Word& word) {
    const int32_t quads = width / 4;
    const int64_t step = static_cast<int64_t>(gridDim.x) * OPERAND_THREADS;
    for (int64_t n = static_cast<int64_t>(blockIdx.x) * OPERAND_THREADS + threadIdx.x; n < rows * quads; n += step) {
        const int64_t row = n / quads;
        const int32_t column = static_cast<int32_t>(n % quads) * 4;
        reinterpret_cast<uint4*>(to)[n] =
            make_uint4(word(row, column), word(row, column + 1), word(row, column + 2), word(row, column + 3));
    }
}

__device__ __forceinline__ int32_t padded(int32_t words) {
    return (words + 3) / 4 * 4;
}

KERNEL(
    multi_position_pad, __launch_bounds__(OPERAND_THREADS), int64_t rows, int32_t columns, const float* from,
    uint32_t* to) {
    for_each_word(rows, padded(columns), to, [&](int64_t row, int32_t column) {
        return column < columns ? __float_as_uint(from[row * columns + column]) : 0;
    });
}

KERNEL(
    multi_position_pair_columns, __launch_bounds__(OPERAND_THREADS), int64_t rows, int32_t columns, const float* from,
    uint32_t* to) {
    for_each_word(rows, padded((columns + 1) / 2), to, [&](int64_t row, int32_t pair) {
        const float* const at = from + row * columns + pair * 2;
        const float low = pair * 2 < columns ? at[0] : 0.0f;
        const float high = pair * 2 + 1 < columns ? at[1] : 0.0f;
        return bf16_pair(low, high);
    });
}

KERNEL(
    multi_position_pair_rows, __launch_bounds__(OPERAND_THREADS), int64_t planes, int32_t rows, int32_t columns,
    const float* from, uint32_t* to) {
    const int32_t pairs = (rows + 1) / 2;
    for_each_word(planes * pairs, padded(columns), to, [&](int64_t at, int32_t column) {
        const int32_t row = static_cast<int32_t>(at % pairs) * 2;
        const float* const low = from + (at / pairs * rows + row) * columns + column;
        const bool inside = column < columns;
        return bf16_pair(inside ? low[0] : 0.0f, inside && row + 1 < rows ? low[columns] : 0.0f);
    });
}
