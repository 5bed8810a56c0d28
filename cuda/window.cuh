// Windows that slide over images [height, width, channels]: window (p, q) covers rows p stride_height - pad_top + r and
// columns q stride_width - pad_left + s, r and s below the window's sizes.
#pragma once

#include "positions.cuh"

struct WindowShape {
    int32_t height;
    int32_t width;
    int32_t channels;
    int32_t window_height;
    int32_t window_width;
    int32_t stride_height;
    int32_t stride_width;
    int32_t pad_top;
    int32_t pad_left;
    int32_t output_height;
    int32_t output_width;

    __device__ __forceinline__ int32_t image_size() const {
        return height * width * channels;
    }

    __device__ __forceinline__ int32_t output_size() const {
        return output_height * output_width * channels;
    }

    __device__ __forceinline__ int32_t window_size() const {
        return window_height * window_width * channels;
    }
};

// From first up to, not including, end.
struct WindowRange {
    int32_t first;
    int32_t end;
};

// The rows (or columns) of the image that window k covers.
__device__ __forceinline__ WindowRange covered(int32_t k, int32_t stride, int32_t pad, int32_t window, int32_t size) {
    const int32_t start = k * stride - pad;
    return WindowRange{start < 0 ? 0 : start, start + window < size ? start + window : size};
}

// The windows that cover row (or column) k of the image.
__device__ __forceinline__ WindowRange
covering(int32_t k, int32_t stride, int32_t pad, int32_t window, int32_t windows) {
    const int32_t least = k + pad - window + 1;
    const int32_t last = (k + pad) / stride;
    return WindowRange{least <= 0 ? 0 : (least - 1) / stride + 1, last < windows ? last + 1 : windows};
}

// An element of an array [rows, columns, channels].
struct PixelPosition {
    int32_t row;
    int32_t column;
    int32_t channel;
};

__device__ __forceinline__ PixelPosition pixel_position(int32_t element, int32_t columns, int32_t channels) {
    const int32_t pixel = element / channels;
    return PixelPosition{pixel / columns, pixel % columns, element % channels};
}
