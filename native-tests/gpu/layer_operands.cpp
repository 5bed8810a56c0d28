#include "layer_operands.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>

namespace {

constexpr int SLICE = 64;  // values compared

int64_t rows_of(const MultiPositionShape& shape) {
    return static_cast<int64_t>(shape.samples) * shape.positions;
}

std::vector<float> random_values(int64_t count, uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) {
        // In (-1, 1), never 0.
        value = static_cast<float>(static_cast<int32_t>(random()) | 1) * 0x1p-31f;
    }
    return values;
}

}  // namespace

const char* pass_name(ConnectionPass pass) {
    return pass == ConnectionPass::FORWARD ? "forward" : pass == ConnectionPass::BACKWARD_INPUT ? "dx" : "dw";
}

MultiPositionShape parse_shape(const std::string& text) {
    int sizes[4] = {};
    char rest = 0;
    const int found = std::sscanf(text.c_str(), "%dx%dx%dx%d%c", &sizes[0], &sizes[1], &sizes[2], &sizes[3], &rest);
    const MultiPositionShape shape = found == 3 ? MultiPositionShape{sizes[0], 1, sizes[1], sizes[2]}
                                                : MultiPositionShape{sizes[0], sizes[1], sizes[2], sizes[3]};
    if ((found != 3 && found != 4) || shape.samples < 1 || shape.positions < 1 || shape.inputs < 1 ||
        shape.outputs < 1) {
        throw std::runtime_error(
            "a shape must be SAMPLESxINPUTSxOUTPUTS or SAMPLESxPOSITIONSxINPUTSxOUTPUTS, all at least 1: '" + text +
            "'");
    }
    return shape;
}

std::string text_of(const MultiPositionShape& s) {
    const std::string positions = s.positions == 1 ? "" : std::to_string(s.positions) + "x";
    return std::to_string(s.samples) + "x" + positions + std::to_string(s.inputs) + "x" + std::to_string(s.outputs);
}

double multiply_adds(const MultiPositionShape& s) {
    return static_cast<double>(rows_of(s)) * s.inputs * s.outputs;
}

MatrixProduct product_of(ConnectionPass pass, const MultiPositionShape& s) {
    const int rows = s.samples * s.positions;
    switch (pass) {
        case ConnectionPass::FORWARD: return {false, false, rows, s.outputs, s.inputs};
        case ConnectionPass::BACKWARD_INPUT: return {false, true, rows, s.inputs, s.outputs};
        default: return {true, false, s.inputs, s.outputs, rows};
    }
}

LayerOperands::LayerOperands(MultiPositionShape s)
    : shape(s),
      x(random_values(rows_of(s) * s.inputs, 1)),
      w(random_values(static_cast<int64_t>(s.inputs) * s.outputs, 2)),
      dz(random_values(rows_of(s) * s.outputs, 3)),
      x_array(x),
      w_array(w),
      dz_array(dz),
      y(static_cast<int64_t>(dz.size())),
      dx(static_cast<int64_t>(x.size())),
      dw(static_cast<int64_t>(w.size())) {}

device::Array<float>& LayerOperands::result(ConnectionPass pass) {
    return pass == ConnectionPass::FORWARD ? y : pass == ConnectionPass::BACKWARD_INPUT ? dx : dw;
}

device::PassOperands LayerOperands::operands(ConnectionPass pass) {
    device::PassOperands operands{
        (pass == ConnectionPass::BACKWARD_INPUT ? dz_array : x_array).pointer(),
        (pass == ConnectionPass::BACKWARD_WEIGHT ? dz_array : w_array).pointer(), result(pass).pointer()};
    operands.y = y.pointer();
    return operands;
}

double LayerOperands::bytes() const {
    return static_cast<double>(sizeof(float)) * static_cast<double>(x.size() + w.size() + dz.size());
}

void LayerOperands::check_value(
    const std::string& what, ConnectionPass pass, int64_t row, int column, float value, const Multiplier& multiplier,
    Bound bound) const {
    const int64_t terms = pass == ConnectionPass::FORWARD          ? shape.inputs
                          : pass == ConnectionPass::BACKWARD_INPUT ? shape.outputs
                                                                   : rows_of(shape);
    double sum = 0.0;
    double squares = 0.0;
    double magnitudes = 0.0;
    double drawn = 0.0;
    for (int64_t n = 0; n < terms; ++n) {
        const int64_t r = pass == ConnectionPass::BACKWARD_WEIGHT ? n : row;
        const int64_t i = pass == ConnectionPass::FORWARD ? n : pass == ConnectionPass::BACKWARD_INPUT ? column : row;
        const int64_t u = pass == ConnectionPass::BACKWARD_INPUT ? n : column;
        const double x_value =
            pass == ConnectionPass::BACKWARD_INPUT ? 1.0 : x[static_cast<size_t>(r * shape.inputs + i)];
        const double w_value =
            pass == ConnectionPass::BACKWARD_WEIGHT ? 1.0 : w[static_cast<size_t>(i * shape.outputs + u)];
        const double dz_value = pass == ConnectionPass::FORWARD ? 1.0 : dz[static_cast<size_t>(r * shape.outputs + u)];
        // A sample's positions share the multiplier.
        if (pass != ConnectionPass::BACKWARD_WEIGHT || n % shape.positions == 0) {
            drawn = multiplier(
                static_cast<uint32_t>(r / shape.positions), static_cast<uint32_t>(i), static_cast<uint32_t>(u));
        }
        const double term = x_value * w_value * dz_value * drawn;
        sum += term;
        squares += term * term;
        magnitudes += std::abs(term);
    }
    const double allowed = bound.relative * (bound.independent ? std::sqrt(squares) : magnitudes);
    // Not "greater than": NaN must fail too.
    if (!(std::abs(value - sum) <= allowed)) {
        throw std::runtime_error(
            what + ": " + pass_name(pass) + "[" + std::to_string(row) + "," + std::to_string(column) + "] of " +
            text_of(shape) + " must be " + std::to_string(sum) + " within " + std::to_string(allowed) + ": " +
            std::to_string(value));
    }
}

void LayerOperands::check(
    const std::string& what, ConnectionPass pass, const std::function<void()>& run, const Multiplier& multiplier,
    Bound bound) {
    device::Array<float>& result_array = result(pass);
    const std::vector<float> poison(static_cast<size_t>(result_array.size()), std::nanf(""));
    const int64_t rows = pass == ConnectionPass::BACKWARD_WEIGHT ? shape.inputs : rows_of(shape);
    const int columns = pass == ConnectionPass::BACKWARD_INPUT ? shape.inputs : shape.outputs;
    std::vector<float> results[2];
    for (std::vector<float>& one : results) {
        result_array.upload(poison);
        run();
        device::synchronize();
        one = result_array.download();
    }
    if (std::memcmp(results[0].data(), results[1].data(), results[0].size() * sizeof(float)) != 0) {
        throw std::runtime_error(what + ": two runs of " + pass_name(pass) + " of " + text_of(shape) + " differ");
    }
    for (const float value : results[0]) {
        if (!std::isfinite(value)) {
            throw std::runtime_error(
                what + ": " + pass_name(pass) + " of " + text_of(shape) + " has values that are not finite");
        }
    }
    std::mt19937_64 random(5);
    for (int n = 0; n < SLICE; ++n) {
        // The corners among them.
        const int64_t row = n < 2 ? 0 : n < 4 ? rows - 1 : static_cast<int64_t>(random() % static_cast<uint64_t>(rows));
        const int drawn = static_cast<int>(random() % static_cast<uint64_t>(columns));
        const int column = n >= 4 ? drawn : n % 2 == 0 ? 0 : columns - 1;
        check_value(
            what, pass, row, column, results[0][static_cast<size_t>(row * columns + column)], multiplier, bound);
    }
}
