// Vectors of n floats. Copies, and filling integers, are the driver's own (cuMemcpyDtoD, cuMemsetD32): no kernels.
//
//   fill               x = value
//   axpy               y = y + alpha x             rounded twice, as on the CPU
//   scale_shift        x = x scale + shift         rounded twice, as on the CPU
//   blend              to = to + share (from - to)     each rounded, as on the CPU
//   multiply           to = a b                     to may be a or b
//   multiply_add       to = to + alpha a b         each product and the sum rounded, as on the CPU
//   multiply_rows      to[r,:] = a[r,:] row[:]     rows of `width` floats; to may be a
#include "positions.cuh"

KERNEL(fill, __launch_bounds__(ELEMENT_BLOCK), int64_t n, float value, float* x) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        x[k] = value;
    }
}

KERNEL(axpy, __launch_bounds__(ELEMENT_BLOCK), int64_t n, float alpha, const float* x, float* y) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        y[k] = __fadd_rn(y[k], __fmul_rn(alpha, x[k]));
    }
}

KERNEL(scale_shift, __launch_bounds__(ELEMENT_BLOCK), int64_t n, float scale, float shift, float* x) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        x[k] = __fadd_rn(__fmul_rn(x[k], scale), shift);
    }
}

KERNEL(blend, __launch_bounds__(ELEMENT_BLOCK), int64_t n, float share, const float* from, float* to) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        to[k] = __fadd_rn(to[k], __fmul_rn(share, __fadd_rn(from[k], -to[k])));
    }
}

KERNEL(multiply, __launch_bounds__(ELEMENT_BLOCK), int64_t n, const float* a, const float* b, float* to) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        to[k] = __fmul_rn(a[k], b[k]);
    }
}

KERNEL(
    multiply_add, __launch_bounds__(ELEMENT_BLOCK), int64_t n, float alpha, const float* a, const float* b, float* to) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        to[k] = __fadd_rn(to[k], __fmul_rn(__fmul_rn(alpha, a[k]), b[k]));
    }
}

KERNEL(
    multiply_rows, __launch_bounds__(ELEMENT_BLOCK), int64_t n, int64_t width, const float* a, const float* row,
    float* to) {
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        to[k] = __fmul_rn(a[k], row[k % width]);
    }
}
