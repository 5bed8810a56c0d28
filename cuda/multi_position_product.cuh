// Factors of the multi-position kernels in shared memory, and the product of a k-step.
//
// A factor is a matrix of words with rows of a multiple of 4 words; a k-step takes MULTI_POSITION_K_STEP words of the
// dimension k that is summed over, and SIDE of the other. It lies as in memory:
//
//   WordsAlong    [side][k]: k along the rows
//   WordsAcross   [k][side]: k across the rows
//
// Four words, 16 bytes, are copied and read at a time. What is past the end in memory is 0 here. Groups of four change
// places within a row, by the row's number, so that the eight lanes that read at a time read from all banks.
//
// Lane (g = lane / 4, q = lane % 4) holds, of each 32 rows or columns of a product, four: 4g, .. 4g + 3, called slots;
// and of each 16 words of k also four: 4q, .. 4q + 3. Which of a tensor core's rows, columns or k they stand for is
// free, as long as both factors agree. Thereby one read gives four slots or four words, a lane's words share random
// words of the mask, and its results are neighbours.
#pragma once

#include "multi_position_tiles.h"
#include "tensor_core.cuh"
#include "thread_tile.cuh"

__device__ __forceinline__ int lane_group() {
    return threadIdx.x % 32 / 4;
}
__device__ __forceinline__ int lane_member() {
    return threadIdx.x % 4;
}

template <int SIDE, int THREADS>
class WordsAlong {
    static constexpr int GROUPS = MULTI_POSITION_K_STEP / 4;
    static constexpr int ROW_STEP = THREADS / GROUPS;  // rows that a round of copies takes
    static_assert(ROW_STEP % 8 == 0 && SIDE % ROW_STEP == 0, "places within a row are the same in all rounds");

    static __device__ __forceinline__ constexpr int place(int row, int group) {
        return row * MULTI_POSITION_K_STEP + (group ^ (row >> 2 & 1) << 2) * 4;
    }

  public:
    static constexpr int WORDS = SIDE * MULTI_POSITION_K_STEP;

    // Starts to copy rows from first_row on, of `rows` of `width` words, and words from k on.
    static __device__ __forceinline__ void copy(
        uint32_t* tile, const uint32_t* matrix, int32_t rows, int32_t width, uint32_t first_row, uint32_t k) {
        const int group = threadIdx.x % GROUPS;
        const int row = threadIdx.x / GROUPS;
        const uint32_t word = k + group * 4;
        const bool inside = word < static_cast<uint32_t>(width);
        const uint32_t* const from = matrix + static_cast<int64_t>(first_row + row) * width + word;
        uint32_t* const to = tile + place(row, group);
#pragma unroll
        for (int step = 0; step < SIDE; step += ROW_STEP) {
            copy_async_or_zero<16>(
                to + step * MULTI_POSITION_K_STEP, from + static_cast<int64_t>(step) * width,
                inside && first_row + row + step < static_cast<uint32_t>(rows));
        }
    }

    // words[slot][word] of the 32 rows from `side` on, and of half a k-step.
    static __device__ __forceinline__ void read(const uint32_t* tile, int side, int half, uint32_t (*words)[4]) {
        const int row = side + lane_group() * 4;
#pragma unroll
        for (int slot = 0; slot < 4; ++slot) {
            const uint4 read = *reinterpret_cast<const uint4*>(tile + place(row + slot, half * 4 + lane_member()));
            words[slot][0] = read.x;
            words[slot][1] = read.y;
            words[slot][2] = read.z;
            words[slot][3] = read.w;
        }
    }

    static __device__ __forceinline__ int word_index(int side, int k) {
        return place(side, k / 4) + k % 4;
    }
};

template <int SIDE, int THREADS>
class WordsAcross {
    static constexpr int GROUPS = SIDE / 4;
    static constexpr int ROW_STEP = THREADS / GROUPS;
    static_assert(THREADS % GROUPS == 0 && MULTI_POSITION_K_STEP % ROW_STEP == 0, "a round of copies takes whole rows");

    static __device__ __forceinline__ constexpr int place(int row, int group) {
        return row * SIDE + (group ^ (row >> 2 & 3) << 1) * 4;
    }

  public:
    static constexpr int WORDS = SIDE * MULTI_POSITION_K_STEP;

    // Starts to copy rows from k on, of `rows` of `width` words, and words from first_column on.
    static __device__ __forceinline__ void copy(
        uint32_t* tile, const uint32_t* matrix, int32_t rows, int32_t width, uint32_t first_column, uint32_t k) {
        const int group = threadIdx.x % GROUPS;
        const int row = threadIdx.x / GROUPS;
        const uint32_t word = first_column + group * 4;
        const bool inside = word < static_cast<uint32_t>(width);
        const uint32_t* const from = matrix + static_cast<int64_t>(k + row) * width + word;
#pragma unroll
        for (int step = 0; step < MULTI_POSITION_K_STEP; step += ROW_STEP) {
            copy_async_or_zero<16>(
                tile + place(row + step, group), from + static_cast<int64_t>(step) * width,
                inside && k + row + step < static_cast<uint32_t>(rows));
        }
    }

    // words[slot][word] of the 32 columns from `side` on, and of half a k-step.
    static __device__ __forceinline__ void read(const uint32_t* tile, int side, int half, uint32_t (*words)[4]) {
        const int row = half * 16 + lane_member() * 4;
#pragma unroll
        for (int word = 0; word < 4; ++word) {
            const uint4 read = *reinterpret_cast<const uint4*>(tile + place(row + word, side / 4 + lane_group()));
            words[0][word] = read.x;
            words[1][word] = read.y;
            words[2][word] = read.z;
            words[3][word] = read.w;
        }
    }

    static __device__ __forceinline__ int word_index(int side, int k) {
        return place(k, side / 4) + side % 4;
    }
};

// A warp's place in the tile of its block.
template <class Tile>
__device__ __forceinline__ int warp_row() {
    return threadIdx.x / 32 / Tile::WARP_COLUMNS * Tile::ROW_BLOCKS * 32;
}
template <class Tile>
__device__ __forceinline__ int warp_column() {
    return threadIdx.x / 32 % Tile::WARP_COLUMNS * Tile::COLUMN_BLOCKS * 32;
}

// A lane's results: [pair of column slots][row slot][column slot of the pair * 2 + e], at row
// 32 (slot / 4) + 8q + 4e + slot % 4 of the warp's and column 32 (slot / 4) + 4g + slot % 4.
template <class Tile>
using MultiPositionSums = float[Tile::COLUMN_BLOCKS * 2][Tile::ROW_BLOCKS * 4][4];

// sums += the product of a k-step's factors; prepare(half, block, words) makes operands of the columns' words.
//
// A tile's columns are the rows of the tensor core's product. Of those the hardware wants two slots' words alternately
// in neighbouring registers, which costs nothing where words are masked or multiplied first; of the other factor it
// wants two words of a slot, as they are read.
template <class Precision, class Tile, class Rows, class Columns, class Prepare>
__device__ __forceinline__ void multiply_k_step(
    const uint32_t* rows, const uint32_t* columns, MultiPositionSums<Tile>& sums, const Prepare& prepare) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        uint32_t row_words[Tile::ROW_BLOCKS * 4][4];
#pragma unroll
        for (int block = 0; block < Tile::ROW_BLOCKS; ++block) {
            Rows::read(rows, warp_row<Tile>() + block * 32, half, row_words + block * 4);
        }
#pragma unroll
        for (int slot = 0; slot < Tile::ROW_BLOCKS * 4; ++slot) {
#pragma unroll
            for (int word = 0; word < 4; ++word) {
                row_words[slot][word] = Precision::operand(row_words[slot][word]);
            }
        }
#pragma unroll
        for (int block = 0; block < Tile::COLUMN_BLOCKS; ++block) {
            uint32_t words[4][4];
            Columns::read(columns, warp_column<Tile>() + block * 32, half, words);
            prepare(half, block, words);
#pragma unroll
            for (int step = 0; step < 4; step += 2) {
#pragma unroll
                for (int pair = 0; pair < 2; ++pair) {
                    const uint32_t a[4] = {
                        words[pair * 2][step], words[pair * 2 + 1][step], words[pair * 2][step + 1],
                        words[pair * 2 + 1][step + 1]};
#pragma unroll
                    for (int slot = 0; slot < Tile::ROW_BLOCKS * 4; ++slot) {
                        const uint32_t b[2] = {row_words[slot][step], row_words[slot][step + 1]};
                        Precision::multiply(sums[block * 2 + pair][slot], a, b);
                    }
                }
            }
        }
    }
}

// Calls store(row, column, values) for four neighbouring results after the other of a block's tile, in an order in
// which neighbouring threads have neighbouring columns. `shared` is the memory of the stages, which must no longer be
// in use.
template <class Tile, class Store>
__device__ __forceinline__ void store_results(float* shared, const MultiPositionSums<Tile>& sums, const Store& store) {
#pragma unroll
    for (int slot = 0; slot < Tile::ROW_BLOCKS * 4; ++slot) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
            const int row = warp_row<Tile>() + slot / 4 * 32 + lane_member() * 8 + e * 4 + slot % 4;
#pragma unroll
            for (int block = 0; block < Tile::COLUMN_BLOCKS; ++block) {
                const int column = warp_column<Tile>() + block * 32 + lane_group() * 4;
                *reinterpret_cast<float4*>(shared + row * Tile::RESULT_STRIDE + column) = make_float4(
                    sums[block * 2][slot][e], sums[block * 2][slot][2 + e], sums[block * 2 + 1][slot][e],
                    sums[block * 2 + 1][slot][2 + e]);
            }
        }
    }
    __syncthreads();
    // Not unrolled, as activations are long.
#pragma unroll 1
    for (int n = threadIdx.x; n < Tile::ROWS * Tile::COLUMNS / 4; n += Tile::THREADS) {
        const int row = n / (Tile::COLUMNS / 4);
        const int column = n % (Tile::COLUMNS / 4) * 4;
        float values[4];
        load_quad(shared + row * Tile::RESULT_STRIDE + column, values);
        store(row, column, values);
    }
}

// Four neighbours of a row of `width` floats from memory, those past its end 0, and back. `vector`: rows are multiples
// of four floats at multiples of 16 bytes.
__device__ __forceinline__ void load_neighbours(
    const float* row, uint32_t column, int32_t width, bool vector, float (&values)[4]) {
    if (vector) {
        load_quad(row + column, values);
    } else {
#pragma unroll
        for (int n = 0; n < 4; ++n) {
            values[n] = column + n < static_cast<uint32_t>(width) ? row[column + n] : 0.0f;
        }
    }
}
__device__ __forceinline__ void store_neighbours(
    float* row, uint32_t column, int32_t width, bool vector, const float (&values)[4]) {
    if (vector) {
        *reinterpret_cast<float4*>(row + column) = make_float4(values[0], values[1], values[2], values[3]);
    } else {
        store_columns<1>(row, column, width, values);
    }
}
__device__ __forceinline__ bool are_vectors(int32_t width, const void* a, const void* b, const void* c) {
    const uint64_t addresses =
        reinterpret_cast<uint64_t>(a) | reinterpret_cast<uint64_t>(b) | reinterpret_cast<uint64_t>(c);
    return width % 4 == 0 && addresses % 16 == 0;
}
