// A mini-batch picked out of a data set on the device, by row numbers.
//
//   gather_rows     to[r, :] = from[rows[r], :], rows of `width` floats
//   gather_labels   to[r] = from[rows[r]]
#include "positions.cuh"

KERNEL(
    gather_rows, __launch_bounds__(ROW_BLOCK), int32_t count, int32_t width, const float* from, const int32_t* rows,
    float* to) {
    const RowPosition position = row_position(width);
    if (position.column >= width) {
        return;
    }
    for (int64_t r = position.row; r < count; r += position.row_stride) {
        to[r * width + position.column] = from[static_cast<int64_t>(rows[r]) * width + position.column];
    }
}

KERNEL(
    gather_labels, __launch_bounds__(ELEMENT_BLOCK), int32_t count, const int32_t* from, const int32_t* rows,
    int32_t* to) {
    for (int64_t r = first_element(); r < count; r += element_stride()) {
        to[r] = from[rows[r]];
    }
}
