// A layer with a mask on every connection, its batch, and what its three passes must give: shared by the tests of the
// connection kernels.
#pragma once

#include <optional>

#include "connection.h"
#include "mask.h"
#include "products.h"

// What is drawn, for a source of masks.
struct ConnectionMask {
    ConnectionSource source;
    reference::Noise noise;
    reference::Rate rate;
    double sigma;

    // 1/q' where dropped connections are cut, else 1.
    float scale() const {
        return noise == reference::Noise::BERNOULLI
                   ? static_cast<float>(static_cast<double>(1 << rate.planes) / rate.threshold)
                   : 1.0f;
    }
};

constexpr uint64_t CONNECTION_SEED = 0x123456789ABCDEF0u;
constexpr uint32_t CONNECTION_LAYER = 3;
constexpr uint32_t CONNECTION_STEP = 0xFEDCBA98u;
constexpr uint32_t CONNECTION_FIRST_SAMPLE = 1000000007u;

// Sizes that are tested; the largest bounds the mask's table.
constexpr int32_t CONNECTION_SIZES[] = {1, 3, 4, 13, 31, 32, 33, 64, 100, 207};
constexpr int32_t CONNECTION_LARGEST = 207;

// All sources, with rates for each.
const std::vector<ConnectionMask>& connection_masks();

// The values of a mask for the largest layer; computed once.
const reference::MaskTable& connection_table(const ConnectionMask& mask);

// Operands of a layer on the device and their copies here, drawn from a fixed seed.
class ConnectionLayer {
  public:
    // Buffers begin `offset` floats behind an address that is aligned to 16 bytes.
    ConnectionLayer(const ConnectionMask& mask, device::LayerShape shape, size_t offset = 0);

    // Each pass by a plan, against the reference; GoogleTest failures say what differed.
    void check_forward(const ConnectionPlan& plan, int32_t activation, bool with_bias);
    void check_backward_input(const ConnectionPlan& plan);
    void check_backward_weight(const ConnectionPlan& plan, bool with_bias);

    // Results of a pass by a plan, bit for bit as the device left them.
    std::vector<float> forward(const ConnectionPlan& plan);
    std::vector<float> backward_input(const ConnectionPlan& plan);
    std::vector<float> backward_weight(const ConnectionPlan& plan);

    // The packed words that mask_pack draws, and those that the forward pass stores; without the words past their end.
    std::vector<uint32_t> packed_by_packer();
    std::vector<uint32_t> packed_by_forward(const ConnectionPlan& plan);

    bool kept(int64_t sample, int64_t input, int64_t output) const;

  private:
    device::ConnectionLaunch launch(const ConnectionPlan& plan);
    void pack();
    reference::Shape reference_shape() const;

    ConnectionMask mask_;
    device::LayerShape shape_;
    size_t offset_;
    std::vector<float> x_;
    std::vector<float> w_;
    std::vector<float> dz_;
    std::vector<float> bias_;
    device::Array<StepState> state_;
    device::Array<float> x_array_;
    device::Array<float> w_array_;
    device::Array<float> dz_array_;
    device::Array<float> bias_array_;
    std::optional<device::Array<uint32_t>> packed_;
    std::optional<device::Array<float>> partials_;
    std::optional<device::Array<float>> bias_partials_;
};

// The tiles that can compute a source's layers of a shape.
std::vector<ConnectionTile> tiles_for(ConnectionSource source, device::LayerShape shape);
