// Operands and results of a layer over samples with several positions on the device, the operands also on the host; and
// the judge of results.
#pragma once

#include "device.h"
#include "layer_operands.h"
#include "multi_position.h"

// As in "32x512x1024x4096": samples, positions, inputs, outputs.
MultiPositionShape parse_multi_position_shape(const std::string& text);

std::string text_of(const MultiPositionShape& shape);

// A multiplication and an addition for every position and connection of every sample.
double multiply_adds(const MultiPositionShape& shape);

class MultiPositionOperands {
  public:
    explicit MultiPositionOperands(MultiPositionShape shape);

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

    device::Array<float>& result(Pass pass);

    // Poisons the result, runs, and compares some values, the corners among them, with sums in double precision, and
    // all with a second run, bit for bit. Fails with `what` in the message. A value may be off by `relative` times the
    // root of the sum of its terms' squares: errors of operands are independent, and 64 sums are compared.
    void check(
        const std::string& what, Pass pass, const std::function<void()>& run, const Multiplier& multiplier,
        double relative);

    // The same for one value. Row and column of the result, as if positions were rows.
    void check_value(
        const std::string& what, Pass pass, int64_t row, int column, float value, const Multiplier& multiplier,
        double relative) const;
};
