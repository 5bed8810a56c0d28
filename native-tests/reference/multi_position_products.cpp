#include "multi_position_products.h"

#include <cmath>

namespace reference {

static Sums zeros(int64_t size) {
    return {std::vector<double>(static_cast<size_t>(size)), std::vector<double>(static_cast<size_t>(size))};
}

static void add(Sums& sums, int64_t index, double term) {
    sums.values[static_cast<size_t>(index)] += term;
    sums.magnitudes[static_cast<size_t>(index)] += std::abs(term);
}

static double at(const std::vector<float>& matrix, int64_t index) {
    return matrix[static_cast<size_t>(index)];
}

// Calls visit(b, t, i, u, m[b, i, u]).
template <class Visit>
static void for_each_product(const MaskTable& mask, MultiPositionSizes sizes, Visit visit) {
    for (int64_t b = 0; b < sizes.samples; ++b) {
        for (int64_t t = 0; t < sizes.positions; ++t) {
            for (int64_t i = 0; i < sizes.inputs; ++i) {
                for (int64_t u = 0; u < sizes.outputs; ++u) {
                    visit(b * sizes.positions + t, i, u, mask.at(b, i, u));
                }
            }
        }
    }
}

Sums multi_position_forward(
    const MaskTable& mask, MultiPositionSizes sizes, const std::vector<float>& x, const std::vector<float>& w,
    const std::vector<float>& bias) {
    const int64_t results = sizes.samples * sizes.positions * sizes.outputs;
    Sums y = zeros(results);
    for (int64_t n = 0; !bias.empty() && n < results; ++n) {
        add(y, n, at(bias, n % sizes.outputs));
    }
    for_each_product(mask, sizes, [&](int64_t row, int64_t i, int64_t u, double m) {
        add(y, row * sizes.outputs + u, at(x, row * sizes.inputs + i) * at(w, i * sizes.outputs + u) * m);
    });
    return y;
}

Sums multi_position_backward_input(
    const MaskTable& mask, MultiPositionSizes sizes, const std::vector<float>& dz, const std::vector<float>& w) {
    Sums dx = zeros(sizes.samples * sizes.positions * sizes.inputs);
    for_each_product(mask, sizes, [&](int64_t row, int64_t i, int64_t u, double m) {
        add(dx, row * sizes.inputs + i, at(dz, row * sizes.outputs + u) * at(w, i * sizes.outputs + u) * m);
    });
    return dx;
}

Sums multi_position_backward_weight(
    const MaskTable& mask, MultiPositionSizes sizes, const std::vector<float>& x, const std::vector<float>& dz) {
    Sums dw = zeros(sizes.inputs * sizes.outputs);
    for_each_product(mask, sizes, [&](int64_t row, int64_t i, int64_t u, double m) {
        add(dw, i * sizes.outputs + u, at(x, row * sizes.inputs + i) * at(dz, row * sizes.outputs + u) * m);
    });
    return dw;
}

}  // namespace reference
