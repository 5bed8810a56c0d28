// The three products of a masked layer over sequences, by plain loops in double precision:
//
//   y[b, t, u] = bias[u] + sum over i of x[b, t, i] w[i, u] m[b, i, u]
//   dx[b, t, i] = sum over u of dz[b, t, u] w[i, u] m[b, i, u]
//   dw[i, u] = sum over b and t of x[b, t, i] dz[b, t, u] m[b, i, u]
//
// Row-major: x [B, T, I], w [I, U], dz and y [B, T, U].
#pragma once

#include "products.h"

namespace reference {

struct SequenceSizes {
    int64_t samples;
    int64_t positions;
    int64_t inputs;
    int64_t outputs;
};

// `bias` may be empty.
Sums sequence_forward(
    const MaskTable& mask, SequenceSizes sizes, const std::vector<float>& x, const std::vector<float>& w,
    const std::vector<float>& bias);

Sums sequence_backward_input(
    const MaskTable& mask, SequenceSizes sizes, const std::vector<float>& dz, const std::vector<float>& w);

Sums sequence_backward_weight(
    const MaskTable& mask, SequenceSizes sizes, const std::vector<float>& x, const std::vector<float>& dz);

}  // namespace reference
