// One layer's operands and results on the device and, the operands, on the host; and the judge of results.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "device.h"

enum class Pass { FORWARD, BACKWARD_INPUT, BACKWARD_WEIGHT };

constexpr Pass PASSES[] = {Pass::FORWARD, Pass::BACKWARD_INPUT, Pass::BACKWARD_WEIGHT};

// "forward", "dx", "dw": as the peers' rows say.
const char* pass_name(Pass pass);

struct LayerShape {
    int samples;
    int inputs;
    int outputs;

    double multiply_adds() const {
        return static_cast<double>(samples) * inputs * outputs;
    }

    std::string text() const;
};

// As in "128x784x256".
LayerShape parse_shape(const std::string& text);

// m[b,i,u], scaled.
using Multiplier = std::function<double(uint32_t sample, uint32_t input, uint32_t output)>;

class LayerOperands {
  public:
    explicit LayerOperands(LayerShape shape);

    const LayerShape shape;
    std::vector<float> x;   // [samples, inputs]
    std::vector<float> w;   // [inputs, outputs]
    std::vector<float> dz;  // [samples, outputs]
    device::Array<float> x_array;
    device::Array<float> w_array;
    device::Array<float> dz_array;
    device::Array<float> y;
    device::Array<float> dx;
    device::Array<float> dw;

    device::Array<float>& result(Pass pass);

    // Bytes of the three matrices: the least that a pass moves.
    double bytes() const;

    // Poisons the result, runs, and compares a slice of it with sums in double precision, and all of it with a second
    // run, bit for bit. Fails with `what` in the message. `relative` times the sum of the terms' magnitudes is what a
    // sum may be off.
    void check(
        const std::string& what, Pass pass, const std::function<void()>& run, const Multiplier& multiplier,
        double relative);

  private:
    // Row and column of the result.
    void check_value(
        const std::string& what, Pass pass, int row, int column, float value, const Multiplier& multiplier,
        double relative) const;
};
