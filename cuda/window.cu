// Images [samples, height, width, channels] as windows, one element of the result a thread, over all samples; sums go
// by ascending windows, so that nothing depends on when a thread runs. Of the grid, x covers the elements of one
// sample's result.
//
//   unfold                  columns[b, (p, q), (r, s, c)] = x[b, h, w, c], 0 in the padding
//   fold                    x[b, h, w, c] = the sum of all elements that unfold copies it to
//   max_pool                y[b, p, q, c] = the largest of its window and channel, NaN if there is one, the first of
//                           equals; places: where it lies in the image, (h width + w) channels + c
//   max_pool_backward       dx[b, place] = the sum of dy over the windows whose place it is
//   average_pool            y[b, p, q, c] = the mean over the part of its window within the image
//   average_pool_backward   dx[b, h, w, c] = the sum of dy / elements over the windows that cover it
#include "window.cuh"

KERNEL(
    unfold, __launch_bounds__(ROW_BLOCK), int32_t samples, int32_t height, int32_t width, int32_t channels,
    int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
    int32_t pad_left, int32_t output_height, int32_t output_width, const float* x, float* columns) {
    const WindowShape shape{height,       width,   channels, window_height, window_width, stride_height,
                            stride_width, pad_top, pad_left, output_height, output_width};
    const int32_t window_size = shape.window_size();
    const int32_t size = output_height * output_width * window_size;
    const RowPosition position = row_position(size);
    if (position.column >= size) {
        return;
    }
    const int32_t element = static_cast<int32_t>(position.column);
    const PixelPosition window = pixel_position(element, output_width, window_size);
    const PixelPosition within = pixel_position(window.channel, window_width, channels);
    const int32_t h = window.row * stride_height - pad_top + within.row;
    const int32_t w = window.column * stride_width - pad_left + within.column;
    const bool inside = h >= 0 && h < height && w >= 0 && w < width;
    const int32_t source = inside ? (h * width + w) * channels + within.channel : 0;
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        columns[b * size + element] = inside ? x[b * shape.image_size() + source] : 0.0f;
    }
}

KERNEL(
    fold, __launch_bounds__(ROW_BLOCK), int32_t samples, int32_t height, int32_t width, int32_t channels,
    int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
    int32_t pad_left, int32_t output_height, int32_t output_width, const float* columns, float* x) {
    const WindowShape shape{height,       width,   channels, window_height, window_width, stride_height,
                            stride_width, pad_top, pad_left, output_height, output_width};
    const int32_t window_size = shape.window_size();
    const int64_t size = static_cast<int64_t>(output_height) * output_width * window_size;
    const RowPosition position = row_position(shape.image_size());
    if (position.column >= shape.image_size()) {
        return;
    }
    const int32_t element = static_cast<int32_t>(position.column);
    const PixelPosition at = pixel_position(element, width, channels);
    const WindowRange rows = covering(at.row, stride_height, pad_top, window_height, output_height);
    const WindowRange columns_of = covering(at.column, stride_width, pad_left, window_width, output_width);
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        float sum = 0.0f;
        for (int32_t p = rows.first; p < rows.end; ++p) {
            const int32_t r = at.row + pad_top - p * stride_height;
            for (int32_t q = columns_of.first; q < columns_of.end; ++q) {
                const int32_t s = at.column + pad_left - q * stride_width;
                const int64_t window = b * size + static_cast<int64_t>(p * output_width + q) * window_size;
                sum = __fadd_rn(sum, columns[window + (r * window_width + s) * channels + at.channel]);
            }
        }
        x[b * shape.image_size() + element] = sum;
    }
}

KERNEL(
    max_pool, __launch_bounds__(ROW_BLOCK), int32_t samples, int32_t height, int32_t width, int32_t channels,
    int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
    int32_t pad_left, int32_t output_height, int32_t output_width, const float* x, float* y, int32_t* places) {
    const WindowShape shape{height,       width,   channels, window_height, window_width, stride_height,
                            stride_width, pad_top, pad_left, output_height, output_width};
    const RowPosition position = row_position(shape.output_size());
    if (position.column >= shape.output_size()) {
        return;
    }
    const int32_t element = static_cast<int32_t>(position.column);
    const PixelPosition at = pixel_position(element, output_width, channels);
    const WindowRange rows = covered(at.row, stride_height, pad_top, window_height, height);
    const WindowRange columns = covered(at.column, stride_width, pad_left, window_width, width);
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        const float* const image = x + b * shape.image_size();
        int32_t place = (rows.first * width + columns.first) * channels + at.channel;
        float largest = image[place];
        for (int32_t h = rows.first; h < rows.end; ++h) {
            for (int32_t w = columns.first; w < columns.end; ++w) {
                const int32_t other = (h * width + w) * channels + at.channel;
                const float value = image[other];
                // A NaN beats every number, and no second one.
                if (value > largest || (value != value && largest == largest)) {
                    largest = value;
                    place = other;
                }
            }
        }
        y[b * shape.output_size() + element] = largest;
        places[b * shape.output_size() + element] = place;
    }
}

KERNEL(
    max_pool_backward, __launch_bounds__(ROW_BLOCK), int32_t samples, int32_t height, int32_t width, int32_t channels,
    int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
    int32_t pad_left, int32_t output_height, int32_t output_width, const float* dy, const int32_t* places, float* dx) {
    const WindowShape shape{height,       width,   channels, window_height, window_width, stride_height,
                            stride_width, pad_top, pad_left, output_height, output_width};
    const RowPosition position = row_position(shape.image_size());
    if (position.column >= shape.image_size()) {
        return;
    }
    const int32_t element = static_cast<int32_t>(position.column);
    const PixelPosition at = pixel_position(element, width, channels);
    const WindowRange rows = covering(at.row, stride_height, pad_top, window_height, output_height);
    const WindowRange columns_of = covering(at.column, stride_width, pad_left, window_width, output_width);
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        float sum = 0.0f;
        for (int32_t p = rows.first; p < rows.end; ++p) {
            for (int32_t q = columns_of.first; q < columns_of.end; ++q) {
                const int64_t window = b * shape.output_size() + (p * output_width + q) * channels + at.channel;
                if (places[window] == element) {
                    sum = __fadd_rn(sum, dy[window]);
                }
            }
        }
        dx[b * shape.image_size() + element] = sum;
    }
}

KERNEL(
    average_pool, __launch_bounds__(ROW_BLOCK), int32_t samples, int32_t height, int32_t width, int32_t channels,
    int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
    int32_t pad_left, int32_t output_height, int32_t output_width, const float* x, float* y) {
    const WindowShape shape{height,       width,   channels, window_height, window_width, stride_height,
                            stride_width, pad_top, pad_left, output_height, output_width};
    const RowPosition position = row_position(shape.output_size());
    if (position.column >= shape.output_size()) {
        return;
    }
    const int32_t element = static_cast<int32_t>(position.column);
    const PixelPosition at = pixel_position(element, output_width, channels);
    const WindowRange rows = covered(at.row, stride_height, pad_top, window_height, height);
    const WindowRange columns = covered(at.column, stride_width, pad_left, window_width, width);
    const float elements = static_cast<float>((rows.end - rows.first) * (columns.end - columns.first));
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        const float* const image = x + b * shape.image_size();
        float sum = 0.0f;
        for (int32_t h = rows.first; h < rows.end; ++h) {
            for (int32_t w = columns.first; w < columns.end; ++w) {
                sum = __fadd_rn(sum, image[(h * width + w) * channels + at.channel]);
            }
        }
        y[b * shape.output_size() + element] = __fdiv_rn(sum, elements);
    }
}

KERNEL(
    average_pool_backward, __launch_bounds__(ROW_BLOCK), int32_t samples, int32_t height, int32_t width,
    int32_t channels, int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width,
    int32_t pad_top, int32_t pad_left, int32_t output_height, int32_t output_width, const float* dy, float* dx) {
    const WindowShape shape{height,       width,   channels, window_height, window_width, stride_height,
                            stride_width, pad_top, pad_left, output_height, output_width};
    const RowPosition position = row_position(shape.image_size());
    if (position.column >= shape.image_size()) {
        return;
    }
    const int32_t element = static_cast<int32_t>(position.column);
    const PixelPosition at = pixel_position(element, width, channels);
    const WindowRange rows = covering(at.row, stride_height, pad_top, window_height, output_height);
    const WindowRange columns_of = covering(at.column, stride_width, pad_left, window_width, output_width);
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        float sum = 0.0f;
        for (int32_t p = rows.first; p < rows.end; ++p) {
            const WindowRange high = covered(p, stride_height, pad_top, window_height, height);
            for (int32_t q = columns_of.first; q < columns_of.end; ++q) {
                const WindowRange wide = covered(q, stride_width, pad_left, window_width, width);
                const float elements = static_cast<float>((high.end - high.first) * (wide.end - wide.first));
                const int64_t window = b * shape.output_size() + (p * output_width + q) * channels + at.channel;
                sum = __fadd_rn(sum, __fdiv_rn(dy[window], elements));
            }
        }
        dx[b * shape.image_size() + element] = sum;
    }
}
