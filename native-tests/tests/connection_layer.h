// A layer for the tests of the connection kernels.
#pragma once

#include "masked_layer.h"

using ConnectionMask = SourceMask<ConnectionVariant>;

// Sizes that are tested; the largest bounds the mask's table.
constexpr int32_t CONNECTION_SIZES[] = {1, 3, 4, 13, 31, 32, 33, 64, 100, 207};
constexpr device::LayerShape CONNECTION_LARGEST{207, 207, 207};

// All sources, with rates for each.
const std::vector<ConnectionMask>& connection_masks();

class ConnectionLayer : public MaskedLayer<ConnectionVariant, ConnectionPlan> {
  public:
    // `largest`: of all layers that take the mask's table.
    ConnectionLayer(
        const ConnectionMask& mask, device::LayerShape shape, size_t offset = 0,
        device::LayerShape largest = CONNECTION_LARGEST);

    // The packed words that mask_pack draws, and those that the forward pass stores; without the words past their end.
    std::vector<uint32_t> packed_by_packer();
    std::vector<uint32_t> packed_by_forward(const ConnectionPlan& plan);

    bool kept(int64_t sample, int64_t input, int64_t output) const {
        return table().at(sample, input, output) != 0;
    }

  private:
    void launch(ConnectionPass pass, const ConnectionPlan& plan, const device::PassOperands& operands) override;
    double relative_error(ConnectionPass pass, const ConnectionPlan& plan) const override;
    void pack();

    device::LayerShape shape_;
    std::optional<device::Array<uint32_t>> packed_;  // what the passes read, or the forward pass writes
    std::optional<device::Array<float>> bias_partials_;
};

// The tiles that can compute a source's layers of a shape.
std::vector<ConnectionTile> tiles_for(ConnectionVariant variant, device::LayerShape shape);
