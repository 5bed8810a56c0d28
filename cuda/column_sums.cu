// Sums over the rows of x [rows, columns]: sums[u] = sum_b x[b, u].
//
// The grid's y splits the rows into parts; part p writes sums[p, :], so that sums is [parts, columns]. If there is more
// than one part, the same kernel on that array, not split, gives the result. A block has 32 columns and 8 threads for
// each, which take every eighth row; their sums are added in order: nothing depends on when a thread runs.
#include "block_sizes.h"
#include "platform.cuh"

KERNEL(column_sums, __launch_bounds__(COLUMN_SUMS_BLOCK), int32_t rows, int32_t columns, const float* x, float* sums) {
    SHARED_ARRAY(float, partial, COLUMN_SUMS_BLOCK);
    const int64_t column = static_cast<int64_t>(blockIdx.x) * COLUMN_SUMS_COLUMNS + threadIdx.x % COLUMN_SUMS_COLUMNS;
    const int64_t part_rows = (static_cast<int64_t>(rows) + gridDim.y - 1) / gridDim.y;
    const int64_t start = blockIdx.y * part_rows;
    const int64_t end = start + part_rows < rows ? start + part_rows : rows;
    float sum = 0.0f;
    if (column < columns) {
#pragma unroll 4
        for (int64_t b = start + threadIdx.x / COLUMN_SUMS_COLUMNS; b < end; b += COLUMN_SUMS_ROWS) {
            sum += x[b * columns + column];
        }
    }
    partial[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x < COLUMN_SUMS_COLUMNS && column < columns) {
#pragma unroll
        for (int k = 1; k < COLUMN_SUMS_ROWS; ++k) {
            sum += partial[k * COLUMN_SUMS_COLUMNS + threadIdx.x];
        }
        sums[blockIdx.y * static_cast<int64_t>(columns) + column] = sum;
    }
}
