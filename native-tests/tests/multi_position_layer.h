// A layer for the tests of the multi-position kernels.
#pragma once

#include "masked_layer.h"
#include "multi_position.h"

using MultiPositionMask = SourceMask<device::MultiPositionSource>;

// All sources, with rates for each.
const std::vector<MultiPositionMask>& multi_position_masks();

// Numbers that bf16 and TF32 hold, so that only the sums round; or any.
enum class MultiPositionNumbers { HELD, ANY };

// At most 3 samples, 300 inputs and 300 outputs.
class MultiPositionLayer : public MaskedLayer<device::MultiPositionSource, MultiPositionPlan> {
  public:
    MultiPositionLayer(
        const MultiPositionMask& mask, MultiPositionPrecision precision, MultiPositionShape shape,
        MultiPositionNumbers numbers, size_t offset = 0);

    const MultiPositionShape& shape() const {
        return shape_;
    }

  private:
    void launch(ConnectionPass pass, const MultiPositionPlan& plan, const device::PassOperands& operands) override;
    double relative_error(ConnectionPass pass, const MultiPositionPlan& plan) const override;

    MultiPositionPrecision precision_;
    MultiPositionShape shape_;
    MultiPositionNumbers numbers_;
    std::optional<device::Array<uint32_t>> first_;
    std::optional<device::Array<uint32_t>> second_;
};
