// Operands and results of a layer on the device, the operands also on the host; and the judge of results. Layers
// without positions have one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cublas.h"
#include "device.h"
#include "multi_position.h"

constexpr ConnectionPass PASSES[] = {
    ConnectionPass::FORWARD, ConnectionPass::BACKWARD_INPUT, ConnectionPass::BACKWARD_WEIGHT};

// "forward", "dx", "dw": as the rows of the peers say.
const char* pass_name(ConnectionPass pass);

// As in "128x784x256": samples, inputs, outputs; or "32x512x1024x4096", with positions behind the samples.
MultiPositionShape parse_shape(const std::string& text);

std::string text_of(const MultiPositionShape& shape);

// A pass without a mask, of x and w, dz and w, or x and dz; positions are rows.
MatrixProduct product_of(ConnectionPass pass, const MultiPositionShape& shape);

// A multiplication and an addition for every position and connection of every sample.
double multiply_adds(const MultiPositionShape& shape);

// m[b,i,u], scaled.
using Multiplier = std::function<double(uint32_t sample, uint32_t input, uint32_t output)>;

// How far a value may be off, times the sum of the magnitudes of its terms; or, where the errors of the operands are
// independent, times the root of the sum of their squares.
struct Bound {
    double relative;
    bool independent = false;
};

class LayerOperands {
  public:
    explicit LayerOperands(MultiPositionShape shape);

    const MultiPositionShape shape;
    std::vector<float> x;   // [samples, positions, inputs]
    std::vector<float> w;   // [inputs, outputs]
    std::vector<float> dz;  // [samples, positions, outputs]
    device::Array<float> x_array;
    device::Array<float> w_array;
    device::Array<float> dz_array;
    device::Array<float> y;
    device::Array<float> dx;
    device::Array<float> dw;

    device::Array<float>& result(ConnectionPass pass);

    // Without a bias and an activation.
    device::PassOperands operands(ConnectionPass pass);

    // Bytes of the three matrices: the least that a pass moves.
    double bytes() const;

    // Poisons the result, runs, and compares some values, the corners among them, with sums in double precision, and
    // all values with a second run, bit for bit. Fails with `what` in the message.
    void check(
        const std::string& what, ConnectionPass pass, const std::function<void()>& run, const Multiplier& multiplier,
        Bound bound);

  private:
    // Row and column of the result, as if positions were rows.
    void check_value(
        const std::string& what, ConnectionPass pass, int64_t row, int column, float value,
        const Multiplier& multiplier, Bound bound) const;
};
