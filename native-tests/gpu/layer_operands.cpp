#include "layer_operands.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>

namespace {

constexpr int SLICE = 64;  // values compared

std::vector<float> random_values(size_t count, uint64_t seed) {
    std::mt19937 random(static_cast<uint32_t>(seed));
    std::vector<float> values(count);
    for (float& value : values) {
        // In (-1, 1), never 0.
        value = static_cast<float>(static_cast<int32_t>(random()) | 1) * 0x1p-31f;
    }
    return values;
}

size_t count(int rows, int columns) {
    return static_cast<size_t>(rows) * static_cast<size_t>(columns);
}

}  // namespace

const char* pass_name(Pass pass) {
    return pass == Pass::FORWARD ? "forward" : pass == Pass::BACKWARD_INPUT ? "dx" : "dw";
}

std::string LayerShape::text() const {
    return std::to_string(samples) + "x" + std::to_string(inputs) + "x" + std::to_string(outputs);
}

LayerShape parse_shape(const std::string& text) {
    LayerShape shape{};
    char rest = 0;
    if (std::sscanf(text.c_str(), "%dx%dx%d%c", &shape.samples, &shape.inputs, &shape.outputs, &rest) != 3 ||
        shape.samples < 1 || shape.inputs < 1 || shape.outputs < 1) {
        throw std::runtime_error("a shape must be SAMPLESxINPUTSxOUTPUTS, all at least 1: '" + text + "'");
    }
    return shape;
}

LayerOperands::LayerOperands(LayerShape s)
    : shape(s),
      x(random_values(count(s.samples, s.inputs), 1)),
      w(random_values(count(s.inputs, s.outputs), 2)),
      dz(random_values(count(s.samples, s.outputs), 3)),
      x_array(x),
      w_array(w),
      dz_array(dz),
      y(static_cast<int64_t>(dz.size())),
      dx(static_cast<int64_t>(x.size())),
      dw(static_cast<int64_t>(w.size())) {}

device::Array<float>& LayerOperands::result(Pass pass) {
    return pass == Pass::FORWARD ? y : pass == Pass::BACKWARD_INPUT ? dx : dw;
}

double LayerOperands::bytes() const {
    return static_cast<double>(sizeof(float)) * static_cast<double>(x.size() + w.size() + dz.size());
}

void LayerOperands::check_value(
    const std::string& what, Pass pass, int row, int column, float value, const Multiplier& multiplier,
    double relative) const {
    const int terms = pass == Pass::FORWARD          ? shape.inputs
                      : pass == Pass::BACKWARD_INPUT ? shape.outputs
                                                     : shape.samples;
    double sum = 0.0;
    double magnitudes = 0.0;
    for (int n = 0; n < terms; ++n) {
        const int b = pass == Pass::BACKWARD_WEIGHT ? n : row;
        const int i = pass == Pass::FORWARD ? n : pass == Pass::BACKWARD_INPUT ? column : row;
        const int u = pass == Pass::BACKWARD_INPUT ? n : column;
        const double x_value = pass == Pass::BACKWARD_INPUT ? 1.0 : x[count(b, shape.inputs) + i];
        const double w_value = pass == Pass::BACKWARD_WEIGHT ? 1.0 : w[count(i, shape.outputs) + u];
        const double dz_value = pass == Pass::FORWARD ? 1.0 : dz[count(b, shape.outputs) + u];
        const double term = x_value * w_value * dz_value *
                            multiplier(static_cast<uint32_t>(b), static_cast<uint32_t>(i), static_cast<uint32_t>(u));
        sum += term;
        magnitudes += std::abs(term);
    }
    // Not "greater than": NaN must fail too.
    if (!(std::abs(value - sum) <= relative * magnitudes)) {
        throw std::runtime_error(
            what + ": " + pass_name(pass) + "[" + std::to_string(row) + "," + std::to_string(column) + "] of " +
            shape.text() + " must be " + std::to_string(sum) + " within " + std::to_string(relative * magnitudes) +
            ": " + std::to_string(value));
    }
}

void LayerOperands::check(
    const std::string& what, Pass pass, const std::function<void()>& run, const Multiplier& multiplier,
    double relative) {
    device::Array<float>& result_array = result(pass);
    const std::vector<float> poison(static_cast<size_t>(result_array.size()), std::nanf(""));
    const int rows = pass == Pass::BACKWARD_WEIGHT ? shape.inputs : shape.samples;
    const int columns = pass == Pass::BACKWARD_INPUT ? shape.inputs : shape.outputs;
    std::vector<float> results[2];
    for (std::vector<float>& one : results) {
        result_array.upload(poison);
        run();
        device::synchronize();
        one = result_array.download();
    }
    if (std::memcmp(results[0].data(), results[1].data(), results[0].size() * sizeof(float)) != 0) {
        throw std::runtime_error(what + ": two runs of " + pass_name(pass) + " of " + shape.text() + " differ");
    }
    for (const float value : results[0]) {
        if (!std::isfinite(value)) {
            throw std::runtime_error(
                what + ": " + pass_name(pass) + " of " + shape.text() + " has values that are not finite");
        }
    }
    std::mt19937 random(5);
    for (int n = 0; n < SLICE; ++n) {
        // The corners among them.
        const int row = n < 2 ? 0 : n < 4 ? rows - 1 : static_cast<int>(random() % static_cast<uint32_t>(rows));
        const int drawn = static_cast<int>(random() % static_cast<uint32_t>(columns));
        const int column = n >= 4 ? drawn : n % 2 == 0 ? 0 : columns - 1;
        const float value = results[0][count(row, columns) + static_cast<size_t>(column)];
        check_value(what, pass, row, column, value, multiplier, relative);
    }
}
