// Batch normalization of x [rows, channels]; sums over rows in double precision.
//
//   moment_sums          sums[part, c] = sum of x[r, c], or of (x[r, c] - mean[c])^2 if mean is not null, over the rows
//                        of a part; the grid's y is the number of parts, as in column_sums
//   gradient_sums        sums[part, c] = sum of dy[r, c], sums[part, channels + c] = sum of dy[r, c] n[r, c], with
//                        n[r, c] = (x[r, c] - mean[c]) / sqrt(variance[c] + epsilon)
//   add_parts            to[c] = (sums[0, c] + sums[1, c] + ...) / divisor, parts being stride doubles apart
//   normalize            y[r, c] = scale[c] n[r, c] + shift[c]; y may be x
//   normalize_backward   dx[r, c] = scale[c] / sqrt(variance[c] + epsilon) (dy[r, c] - dshift[c] / rows - n[r, c]
//                        dscale[c] / rows); dx may be dy
//
// A block of the sums has 32 channels and 8 threads for each, which take every eighth row; their sums are added in
// order: nothing depends on when a thread runs.
#include "positions.cuh"

#include <cmath>

constexpr int SUM_COLUMNS = COLUMN_SUMS_COLUMNS;

__device__ __forceinline__ float reciprocal_deviation(float variance, float epsilon) {
    return static_cast<float>(1.0 / sqrt(static_cast<double>(variance) + epsilon));
}

// The rows of a part that a thread takes: every eighth from first on.
struct PartRows {
    int64_t channel;
    int64_t first;
    int64_t end;
};

__device__ __forceinline__ PartRows part_rows(int32_t rows) {
    const int64_t part = (static_cast<int64_t>(rows) + gridDim.y - 1) / gridDim.y;
    const int64_t start = blockIdx.y * part;
    return PartRows{
        static_cast<int64_t>(blockIdx.x) * SUM_COLUMNS + threadIdx.x % SUM_COLUMNS, start + threadIdx.x / SUM_COLUMNS,
        start + part < rows ? start + part : rows};
}

// The sum over the threads of a channel, for the first of them.
__device__ __forceinline__ double channel_sum(double own, double* partial) {
    partial[threadIdx.x] = own;
    __syncthreads();
    double sum = own;
    if (threadIdx.x < SUM_COLUMNS) {
        for (int k = 1; k < COLUMN_SUMS_ROWS; ++k) {
            sum += partial[k * SUM_COLUMNS + threadIdx.x];
        }
    }
    __syncthreads();
    return sum;
}

KERNEL(
    moment_sums, __launch_bounds__(COLUMN_SUMS_BLOCK), int32_t rows, int32_t channels, const float* x,
    const float* mean, double* sums) {
    SHARED_ARRAY(double, partial, COLUMN_SUMS_BLOCK);
    const PartRows part = part_rows(rows);
    const bool inside = part.channel < channels;
    double own = 0.0;
    if (inside) {
        const double center = mean == nullptr ? 0.0 : mean[part.channel];
        for (int64_t r = part.first; r < part.end; r += COLUMN_SUMS_ROWS) {
            const double value = x[r * channels + part.channel] - center;
            own += mean == nullptr ? value : value * value;
        }
    }
    const double sum = channel_sum(own, partial);
    if (inside && threadIdx.x < SUM_COLUMNS) {
        sums[blockIdx.y * static_cast<int64_t>(channels) + part.channel] = sum;
    }
}

KERNEL(
    gradient_sums, __launch_bounds__(COLUMN_SUMS_BLOCK), int32_t rows, int32_t channels, float epsilon, const float* x,
    const float* mean, const float* variance, const float* dy, double* sums) {
    SHARED_ARRAY(double, partial, COLUMN_SUMS_BLOCK);
    const PartRows part = part_rows(rows);
    const bool inside = part.channel < channels;
    double own_shift = 0.0;
    double own_scale = 0.0;
    if (inside) {
        const float center = mean[part.channel];
        const float reciprocal = reciprocal_deviation(variance[part.channel], epsilon);
        for (int64_t r = part.first; r < part.end; r += COLUMN_SUMS_ROWS) {
            const float normal = __fmul_rn(__fadd_rn(x[r * channels + part.channel], -center), reciprocal);
            const double gradient = dy[r * channels + part.channel];
            own_shift += gradient;
            own_scale += gradient * normal;
        }
    }
    const double shift = channel_sum(own_shift, partial);
    const double scale = channel_sum(own_scale, partial);
    if (inside && threadIdx.x < SUM_COLUMNS) {
        double* const to = sums + blockIdx.y * 2 * static_cast<int64_t>(channels);
        to[part.channel] = shift;
        to[channels + part.channel] = scale;
    }
}

KERNEL(
    add_parts, __launch_bounds__(ELEMENT_BLOCK), int32_t parts, int32_t channels, int64_t stride, int32_t divisor,
    const double* sums, float* to) {
    for (int64_t c = first_element(); c < channels; c += element_stride()) {
        double sum = 0.0;
        for (int64_t part = 0; part < parts; ++part) {
            sum += sums[part * stride + c];
        }
        to[c] = static_cast<float>(sum / divisor);
    }
}

KERNEL(
    normalize, __launch_bounds__(ROW_BLOCK), int32_t rows, int32_t channels, float epsilon, const float* x,
    const float* mean, const float* variance, const float* scale, const float* shift, float* y) {
    const RowPosition position = row_position(channels);
    if (position.column >= channels) {
        return;
    }
    const float center = mean[position.column];
    const float reciprocal = reciprocal_deviation(variance[position.column], epsilon);
    const float factor = scale[position.column];
    const float offset = shift[position.column];
    for (int64_t r = position.row; r < rows; r += position.row_stride) {
        const int64_t k = r * channels + position.column;
        const float normal = __fmul_rn(__fadd_rn(x[k], -center), reciprocal);
        y[k] = __fadd_rn(__fmul_rn(normal, factor), offset);
    }
}

KERNEL(
    normalize_backward, __launch_bounds__(ROW_BLOCK), int32_t rows, int32_t channels, float epsilon, const float* x,
    const float* mean, const float* variance, const float* scale, const float* dscale, const float* dshift,
    const float* dy, float* dx) {
    const RowPosition position = row_position(channels);
    if (position.column >= channels) {
        return;
    }
    const float center = mean[position.column];
    const float reciprocal = reciprocal_deviation(variance[position.column], epsilon);
    const float factor = __fmul_rn(scale[position.column], reciprocal);
    const float mean_shift = __fdiv_rn(dshift[position.column], static_cast<float>(rows));
    const float mean_scale = __fdiv_rn(dscale[position.column], static_cast<float>(rows));
    for (int64_t r = position.row; r < rows; r += position.row_stride) {
        const int64_t k = r * channels + position.column;
        const float normal = __fmul_rn(__fadd_rn(x[k], -center), reciprocal);
        const float centered = __fadd_rn(__fadd_rn(dy[k], -mean_shift), -__fmul_rn(normal, mean_scale));
        dx[k] = __fmul_rn(factor, centered);
    }
}
