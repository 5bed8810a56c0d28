// The three products of a masked layer, by plain loops in double precision; a sample's positions t share its mask:
//
//   y[b, t, u] = bias[u] + sum over i of x[b, t, i] w[i, u] m[b, i, u]
//   dx[b, t, i] = sum over u of dz[b, t, u] w[i, u] m[b, i, u]
//   dw[i, u] = sum over b and t of x[b, t, i] dz[b, t, u] m[b, i, u]        db[u] = sum over b and t of dz[b, t, u]
//
// All matrices are row-major: x [B, T, I], w [I, U], dz and y [B, T, U]. Sample b of a batch is sample
// first_sample + b of its mask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mask.h"

namespace reference {

struct Shape {
    int64_t samples;
    int64_t positions;
    int64_t inputs;
    int64_t outputs;
};

// Sums, and the sums of their terms' magnitudes: rounding errors are a multiple of those.
struct Sums {
    std::vector<double> values;
    std::vector<double> magnitudes;
};

// A mask's values for the batch of some shape; any smaller shape's are among them.
class MaskTable {
  public:
    MaskTable(const Mask& mask, uint32_t first_sample, Shape shape);

    // m[first_sample + b, i, u]
    double at(int64_t b, int64_t i, int64_t u) const {
        return values_[static_cast<size_t>((b * shape_.inputs + i) * shape_.outputs + u)];
    }

  private:
    Shape shape_;
    std::vector<double> values_;
};

// `bias` may be empty.
Sums connection_forward(
    const MaskTable& mask, Shape shape, const std::vector<float>& x, const std::vector<float>& w,
    const std::vector<float>& bias);

Sums connection_backward_input(
    const MaskTable& mask, Shape shape, const std::vector<float>& dz, const std::vector<float>& w);

Sums connection_backward_weight(
    const MaskTable& mask, Shape shape, const std::vector<float>& x, const std::vector<float>& dz);

// The sum of each column of a row-major matrix.
Sums column_sums(int64_t rows, int64_t columns, const std::vector<float>& matrix);

}  // namespace reference
