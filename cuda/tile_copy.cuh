// Tiles of row-major matrices, copied from global to shared memory while the threads compute.
//
// A product runs over k, K at a time; past the end of k and past the last row tiles are filled with zeros. Past the
// last column they repeat the last ones: those values only reach results that are never stored. VECTOR floats a copy: 4
// needs rows of a multiple of 4 floats, aligned to 16 bytes.
//
// Two stages of shared memory alternate: one is filled while the other is computed from. What a thread needs for its
// next copy is carried from k-step to k-step, since computing it anew would cost instructions in the loops that must
// not have any.
#pragma once

#include "platform.cuh"

// In rounds, THREADS threads copy ROWS x COLUMNS elements, VECTOR at a time. The place of a thread in the tile in round
// n is its place in round 0 plus a constant: a round covers whole rows, or a row takes whole rounds.
template <int ROWS, int COLUMNS, int THREADS, int VECTOR>
struct TileRounds {
    static constexpr int PER_ROW = COLUMNS / VECTOR;
    static constexpr int ROUNDS = ROWS * PER_ROW / THREADS;
    static constexpr int COLUMN_ROUNDS = PER_ROW > THREADS ? PER_ROW / THREADS : 1;
    static constexpr int ROW_ROUNDS = ROUNDS / COLUMN_ROUNDS;
    static_assert(ROWS * PER_ROW % THREADS == 0, "threads share the copies evenly");
    static_assert(THREADS % PER_ROW == 0 || PER_ROW % THREADS == 0, "rounds are whole rows, or rows whole rounds");

    static __device__ __forceinline__ int row() {
        return threadIdx.x / PER_ROW;
    }
    static __device__ __forceinline__ int column() {
        return threadIdx.x % PER_ROW * VECTOR;
    }
    static __device__ __forceinline__ constexpr int row_step(int round) {
        return round * THREADS / PER_ROW;
    }
    static __device__ __forceinline__ constexpr int column_step(int round) {
        return round * THREADS % PER_ROW * VECTOR;
    }
};

// A tile of ROWS x K floats at a fixed row, k along the columns: element (row, k) goes to tile[row * STRIDE + k].
template <int ROWS, int K, int STRIDE, int THREADS, int VECTOR>
class TileAlongRows {
    using Rounds = TileRounds<ROWS, K, THREADS, VECTOR>;
    static_assert(Rounds::COLUMN_ROUNDS == 1, "a round covers whole rows");
    static_assert(Rounds::ROUNDS <= 32, "a bit for each round");

    const float* source;
    uint32_t width;
    uint32_t valid;  // bit n: the row of round n is inside
    float* target;

  public:
    static constexpr int FLOATS = ROWS * STRIDE;

    __device__ __forceinline__
    TileAlongRows(const float* matrix, int32_t rows, int32_t width, uint32_t first_row, float* tile)
        : source(keep(matrix + (first_row + Rounds::row()) * static_cast<int64_t>(width) + Rounds::column())),
          width(width),
          valid(0),
          target(tile + Rounds::row() * STRIDE + Rounds::column()) {
#pragma unroll
        for (int round = 0; round < Rounds::ROUNDS; ++round) {
            const bool inside = first_row + Rounds::row() + Rounds::row_step(round) < static_cast<uint32_t>(rows);
            valid |= static_cast<uint32_t>(inside) << round;
        }
    }

    // Starts to copy K columns from column k on, `left` of which are there, to the tile; goes on to the tile `stage`
    // floats further.
    __device__ __forceinline__ void start(uint32_t k, int32_t left, int stage) {
        const uint32_t inside = Rounds::column() < left ? valid : 0;
#pragma unroll
        for (int round = 0; round < Rounds::ROUNDS; ++round) {
            const int row = Rounds::row_step(round);
            copy_async_or_zero<VECTOR * 4>(
                target + row * STRIDE, source + k + static_cast<uint64_t>(width) * row, bit_is_set(inside, round));
        }
        target += stage;
    }
};

// The same with neighbours swapped: element (row, k) goes to tile[row * STRIDE + (k ^ 1)], so that a vector read from
// it and one of the same columns read from a plain tile lie in registers of different banks where k is the same. Copied
// float by float, as a vector cannot be swapped on the way; a thread's columns are 8 apart, which takes no instructions
// for their addresses.
template <int ROWS, int K, int THREADS>
class SwappedTileAlongRows {
    static constexpr int COLUMNS = 8;  // of a row that neighbouring threads copy: 32 bytes
    static constexpr int ROW_STEP = THREADS / COLUMNS;
    static constexpr int ROUNDS = ROWS / ROW_STEP;
    static_assert(ROWS % ROW_STEP == 0 && K % COLUMNS == 0, "threads share the copies evenly");

    const float* source;
    uint32_t width;
    uint32_t valid;  // bit n: the row of round n is inside
    float* target;

    static __device__ __forceinline__ int column() {
        return threadIdx.x % COLUMNS;
    }

  public:
    static constexpr int STRIDE = K + COLUMNS;  // a warp's four rows lie in different banks
    static constexpr int FLOATS = ROWS * STRIDE;

    __device__ __forceinline__
    SwappedTileAlongRows(const float* matrix, int32_t rows, int32_t width, uint32_t first_row, float* tile)
        : width(width), valid(0), target(tile + threadIdx.x / COLUMNS * STRIDE + (column() ^ 1)) {
        const uint32_t row = first_row + threadIdx.x / COLUMNS;
        source = keep(matrix + row * static_cast<int64_t>(width) + column());
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            valid |= static_cast<uint32_t>(row + round * ROW_STEP < static_cast<uint32_t>(rows)) << round;
        }
    }

    // As TileAlongRows::start.
    __device__ __forceinline__ void start(uint32_t k, int32_t left, int stage) {
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            const float* const from = source + k + static_cast<uint64_t>(width) * (round * ROW_STEP);
#pragma unroll
            for (int first = 0; first < K; first += COLUMNS) {
                copy_async_or_zero<4>(
                    target + round * ROW_STEP * STRIDE + first, from + first,
                    bit_is_set(valid, round) && column() < left - first);
            }
        }
        target += stage;
    }
};

// A tile of K x COLUMNS floats at a fixed column, k along the rows: element (k, column) goes to
// tile[k * COLUMNS + Layout::column(column)].
template <int K, int COLUMNS, int THREADS, int VECTOR, class Layout>
class TileAlongColumns {
    using Rounds = TileRounds<K, COLUMNS, THREADS, VECTOR>;

    const float* source[Rounds::COLUMN_ROUNDS];  // of the next row to be copied
    int64_t step;                                // to this thread's next row
    float* target;

    static __device__ __forceinline__ constexpr int offset(int round) {
        return Rounds::row_step(round) * COLUMNS + Layout::column(Rounds::column_step(round));
    }

  public:
    static constexpr int FLOATS = K * COLUMNS;

    __device__ __forceinline__
    TileAlongColumns(const float* matrix, int32_t width, uint32_t first_column, uint32_t k, float* tile)
        : step(K / Rounds::ROW_ROUNDS * static_cast<int64_t>(width)),
          target(tile + Rounds::row() * COLUMNS + Layout::column(Rounds::column())) {
#pragma unroll
        for (int round = 0; round < Rounds::COLUMN_ROUNDS; ++round) {
            const uint32_t column = min(
                first_column + Rounds::column() + Rounds::column_step(round), static_cast<uint32_t>(width - VECTOR));
            source[round] = matrix + (k + Rounds::row()) * static_cast<int64_t>(width) + column;
        }
    }

    // Starts to copy the next K rows, `left` of which are there, to the tile; goes on to the tile `stage` floats
    // further.
    __device__ __forceinline__ void start(int32_t left, int stage) {
#pragma unroll
        for (int round = 0; round < Rounds::ROUNDS; ++round) {
            const float*& from = source[round % Rounds::COLUMN_ROUNDS];
            copy_async_or_zero<VECTOR * 4>(
                target + offset(round), from, Rounds::row() + Rounds::row_step(round) < left);
            from += step;
        }
        target += stage;
    }
};

// Columns in their order.
struct PlainColumns {
    static __device__ __forceinline__ constexpr int column(int column) {
        return column;
    }
};

// For threads that read 8 consecutive columns as two vectors of 4: first all lower vectors, then all upper ones, so
// that neighbouring threads read neighbouring vectors. Adding a multiple of 8 columns adds a constant.
template <int COLUMNS>
struct SplitOctets {
    static __device__ __forceinline__ constexpr int column(int column) {
        return (column >> 2 & 1) * (COLUMNS / 2) + (column >> 3) * 4 + (column & 3);
    }
};
