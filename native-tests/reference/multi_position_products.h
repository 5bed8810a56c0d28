// The three products of a masked layer over samples with several positions, by plain loops in double precision:
//
//   y[b, t, u] = bias[u] + sum over i of x[b, t, i] w[i, u] m[b, i, u]
//   dx[b, t, i] = sum over u of dz[b, t, u] w[i, u] m[b, i, u]
//   dw[i, u] = sum over b and t of x[b, t, i] dz[b, t, u] m[b, i, u]
//
// Row-major: x [B, T, I], w [I, U], dz and y [B, T, U].
#pragma once

#include "products.h"

namespace reference {

struct MultiPositionSizes {
    int64_t samples;
    int64_t positions;
    int64_t inputs;
    int64_t outputs;
};

// `bias` may be empty.
Sums multi_position_forward(
    const MaskTable& mask, MultiPositionSizes sizes, const std::vector<float>& x, const std::vector<float>& w,
    const std::vector<float>& bias);

Sums multi_position_backward_input(
    const MaskTable& mask, MultiPositionSizes sizes, const std::vector<float>& dz, const std::vector<float>& w);

Sums multi_position_backward_weight(
    const MaskTable& mask, MultiPositionSizes sizes, const std::vector<float>& x, const std::vector<float>& dz);

}  // namespace reference
