// Matrix products in single precision on the CPU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simulated {

// Column by column, as cuBLAS has them: element (i, j) of the stored matrix is values[j * leading + i].
struct Operand {
    const float* values;
    int64_t leading;
    bool transposed;
    int64_t stride;  // between matrices of a batch
};

// What A and B are rounded to: not at all, to 10 bits of mantissa, to 7.
enum class Rounding { NONE, TF32, BF16 };

// C = alpha op(A) op(B) + beta C: op(A) m by k, op(B) k by n. With beta = 0 C is not read, with alpha = 0 neither A nor
// B. Sums run in the order of k.
struct Gemm {
    int64_t m, n, k;
    float alpha, beta;
    Operand a, b;
    float* c;
    int64_t c_leading, c_stride;
    int64_t batch;
    Rounding rounding;
};

void multiply(const Gemm& gemm);

}  // namespace simulated
