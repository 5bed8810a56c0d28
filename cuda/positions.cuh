// Where a thread starts and how far it steps, in 64 bits, for kernels over all elements or over the rows of a matrix.
#pragma once

#include "block_sizes.h"
#include "platform.cuh"

__device__ __forceinline__ int64_t first_element() {
    return static_cast<int64_t>(blockIdx.x) * ELEMENT_BLOCK + threadIdx.x;
}

__device__ __forceinline__ int64_t element_stride() {
    return static_cast<int64_t>(gridDim.x) * ELEMENT_BLOCK;
}

// A block covers up to ROW_BLOCK columns of one row, or several rows where they are short; neighbouring threads have
// neighbouring columns.
struct RowPosition {
    int64_t column;
    int64_t row;
    int64_t row_stride;
};

__device__ __forceinline__ RowPosition row_position(int32_t columns) {
    int log = 0;
    while (log < ROW_BLOCK_LOG && (1 << log) < columns) {
        ++log;
    }
    const int rows = ROW_BLOCK >> log;
    return RowPosition{
        static_cast<int64_t>(blockIdx.x) * ROW_BLOCK + (threadIdx.x & ((1u << log) - 1u)),
        static_cast<int64_t>(blockIdx.y) * rows + (threadIdx.x >> log), static_cast<int64_t>(gridDim.y) * rows};
}
