// Blocks and grids of all kernels but the connection kernels: plain C++, for kernels and for whoever launches them.
// Kernels give the right result for every grid; only where it says so does a grid decide what is computed.
#pragma once

#include <algorithm>
#include <cstdint>

struct Grid {
    uint32_t x = 1;
    uint32_t y = 1;
    uint32_t z = 1;
};

constexpr int64_t GRID_YZ_LIMIT = 65535;

constexpr int64_t ceil_divide(int64_t value, int64_t divisor) {
    return (value - 1) / divisor + 1;
}

// ---- element-wise kernels: vector, optimizer, activation_backward, gather_labels, curand_fill (in groups of 4)

constexpr int ELEMENT_BLOCK = 256;
constexpr int ELEMENT_BLOCKS_PER_MULTIPROCESSOR = 8;

inline Grid element_grid(int64_t elements, int multiprocessors) {
    const int64_t limit = static_cast<int64_t>(multiprocessors) * ELEMENT_BLOCKS_PER_MULTIPROCESSOR;
    return Grid{static_cast<uint32_t>(std::min(ceil_divide(elements, ELEMENT_BLOCK), limit))};
}

// ---- kernels over the rows of a matrix: bias_activation, gather_rows, gather_rows_bytes, normalize; window kernels,
// where a sample's result is a row

constexpr int ROW_BLOCK = 256;
constexpr int ROW_BLOCK_LOG = 8;

// A block covers several rows at a time where they are shorter than it.
inline Grid row_grid(int32_t rows, int32_t columns) {
    const int64_t elements = rows * std::min<int64_t>(columns, ROW_BLOCK);
    return Grid{
        static_cast<uint32_t>(ceil_divide(columns, ROW_BLOCK)),
        static_cast<uint32_t>(std::min(ceil_divide(elements, ROW_BLOCK), GRID_YZ_LIMIT))};
}

// ---- kernels that draw masks: node_mask, node_forward, mask_export, weight_mask; a warp 128 outputs

constexpr int MASK_BLOCK = 256;
constexpr int MASK_BLOCK_WARPS = MASK_BLOCK / 32;
constexpr int WARP_MASK_OUTPUTS = 128;

inline Grid node_grid(int32_t samples, int32_t outputs) {
    return Grid{
        static_cast<uint32_t>(ceil_divide(outputs, WARP_MASK_OUTPUTS)),
        static_cast<uint32_t>(std::min(ceil_divide(samples, MASK_BLOCK_WARPS), GRID_YZ_LIMIT))};
}

// mask_export; weight_mask with samples = 1.
inline Grid mask_grid(int32_t samples, int32_t inputs, int32_t outputs) {
    const int64_t quads = ceil_divide(inputs, 4);
    return Grid{
        static_cast<uint32_t>(ceil_divide(outputs, WARP_MASK_OUTPUTS)),
        static_cast<uint32_t>(std::min(ceil_divide(quads, MASK_BLOCK_WARPS), GRID_YZ_LIMIT)),
        static_cast<uint32_t>(std::min<int64_t>(samples, GRID_YZ_LIMIT))};
}

// ---- losses: a warp for each sample; add_losses is one block of LOSS_SUM_BLOCK

constexpr int LOSS_BLOCK = 256;
constexpr int LOSS_SUM_BLOCK = 1024;

inline Grid loss_grid(int32_t samples, int multiprocessors) {
    const int64_t limit = static_cast<int64_t>(multiprocessors) * ELEMENT_BLOCKS_PER_MULTIPROCESSOR;
    return Grid{static_cast<uint32_t>(std::min(ceil_divide(samples, LOSS_BLOCK / 32), limit))};
}

// ---- sums over rows. The grid's y is the number of parts that the rows are split into, and the number of rows that
// are written: it decides the order of the additions.

constexpr int COLUMN_SUMS_BLOCK = 256;
constexpr int COLUMN_SUMS_COLUMNS = 32;
constexpr int COLUMN_SUMS_ROWS = COLUMN_SUMS_BLOCK / COLUMN_SUMS_COLUMNS;
// A part has at least this many rows, or the second pass costs more than it saves.
constexpr int COLUMN_SUMS_LEAST_ROWS = 8 * COLUMN_SUMS_ROWS;
// So that the second pass, itself not split, stays short.
constexpr int COLUMN_SUMS_MOST_PARTS = 256;
constexpr int COLUMN_SUMS_BLOCKS_PER_MULTIPROCESSOR = 4;

inline Grid column_sums_grid(int32_t rows, int32_t columns, int multiprocessors) {
    const int64_t blocks = ceil_divide(columns, COLUMN_SUMS_COLUMNS);
    const int64_t wanted =
        ceil_divide(static_cast<int64_t>(multiprocessors) * COLUMN_SUMS_BLOCKS_PER_MULTIPROCESSOR, blocks);
    const int64_t useful = std::max<int64_t>(1, rows / COLUMN_SUMS_LEAST_ROWS);
    return Grid{
        static_cast<uint32_t>(blocks),
        static_cast<uint32_t>(std::min<int64_t>({wanted, useful, COLUMN_SUMS_MOST_PARTS}))};
}

// node_backward writes grid.y rows of partial bias sums, for column_sums to add up.
inline Grid node_backward_grid(int32_t samples, int32_t outputs, int multiprocessors) {
    const int64_t blocks = ceil_divide(outputs, WARP_MASK_OUTPUTS);
    const int64_t wanted =
        ceil_divide(static_cast<int64_t>(multiprocessors) * COLUMN_SUMS_BLOCKS_PER_MULTIPROCESSOR, blocks);
    return Grid{
        static_cast<uint32_t>(blocks), static_cast<uint32_t>(std::min<int64_t>(
                                           {wanted, ceil_divide(samples, MASK_BLOCK_WARPS), COLUMN_SUMS_MOST_PARTS}))};
}
