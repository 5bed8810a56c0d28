#include "products.h"

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

MaskTable::MaskTable(const Mask& mask, uint32_t first_sample, Shape shape) : shape_(shape) {
    values_.reserve(static_cast<size_t>(shape.samples * shape.inputs * shape.outputs));
    for (int64_t b = 0; b < shape.samples; ++b) {
        const std::vector<double> m = mask.values(first_sample + static_cast<uint32_t>(b), shape.inputs, shape.outputs);
        values_.insert(values_.end(), m.begin(), m.end());
    }
}

// Calls visit(b and t as a row, i, u, m[b, i, u]).
template <class Visit>
static void for_each_product(const MaskTable& mask, Shape shape, Visit visit) {
    for (int64_t row = 0; row < shape.samples * shape.positions; ++row) {
        for (int64_t i = 0; i < shape.inputs; ++i) {
            for (int64_t u = 0; u < shape.outputs; ++u) {
                visit(row, i, u, mask.at(row / shape.positions, i, u));
            }
        }
    }
}

Sums connection_forward(
    const MaskTable& mask, Shape shape, const std::vector<float>& x, const std::vector<float>& w,
    const std::vector<float>& bias) {
    const int64_t results = shape.samples * shape.positions * shape.outputs;
    Sums y = zeros(results);
    for (int64_t n = 0; !bias.empty() && n < results; ++n) {
        add(y, n, at(bias, n % shape.outputs));
    }
    for_each_product(mask, shape, [&](int64_t row, int64_t i, int64_t u, double m) {
        add(y, row * shape.outputs + u, at(x, row * shape.inputs + i) * at(w, i * shape.outputs + u) * m);
    });
    return y;
}

Sums connection_backward_input(
    const MaskTable& mask, Shape shape, const std::vector<float>& dz, const std::vector<float>& w) {
    Sums dx = zeros(shape.samples * shape.positions * shape.inputs);
    for_each_product(mask, shape, [&](int64_t row, int64_t i, int64_t u, double m) {
        add(dx, row * shape.inputs + i, at(dz, row * shape.outputs + u) * at(w, i * shape.outputs + u) * m);
    });
    return dx;
}

Sums connection_backward_weight(
    const MaskTable& mask, Shape shape, const std::vector<float>& x, const std::vector<float>& dz) {
    Sums dw = zeros(shape.inputs * shape.outputs);
    for_each_product(mask, shape, [&](int64_t row, int64_t i, int64_t u, double m) {
        add(dw, i * shape.outputs + u, at(x, row * shape.inputs + i) * at(dz, row * shape.outputs + u) * m);
    });
    return dw;
}

Sums column_sums(int64_t rows, int64_t columns, const std::vector<float>& matrix) {
    Sums sums = zeros(columns);
    for (int64_t n = 0; n < rows * columns; ++n) {
        add(sums, n % columns, at(matrix, n));
    }
    return sums;
}

}  // namespace reference
