// A layer over samples with several positions with a mask on every connection, its batch, and what its three passes
// must give: shared by the tests of the multi-position kernels.
#pragma once

#include <optional>

#include "multi_position.h"
#include "multi_position_products.h"

// What is drawn, for a source of masks.
struct MultiPositionMask {
    device::MultiPositionSource source;
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

// All sources, with rates for each.
const std::vector<MultiPositionMask>& multi_position_masks();

// The sizes that tests may take.
constexpr int32_t MULTI_POSITION_MAX_SAMPLES = 3;
constexpr int32_t MULTI_POSITION_MAX_CONNECTIONS = 300;

// Numbers that bf16 and TF32 hold, so that only the sums round; or any.
enum class MultiPositionNumbers { HELD, ANY };

// Operands of a layer on the device and their copies here, drawn from a fixed seed.
class MultiPositionLayer {
  public:
    // Buffers begin `offset` floats behind an address that is aligned to 16 bytes.
    MultiPositionLayer(
        const MultiPositionMask& mask, MultiPositionPrecision precision, MultiPositionShape shape,
        MultiPositionNumbers numbers, size_t offset = 0);

    // Each pass by a plan, against the reference; GoogleTest failures say what differed.
    void check_forward(const MultiPositionPlan& plan, int32_t activation, bool with_bias);
    void check_backward_input(const MultiPositionPlan& plan);
    void check_backward_weight(const MultiPositionPlan& plan);

    // Results of a pass by a plan, bit for bit as the device left them.
    std::vector<float> results(ConnectionPass pass, const MultiPositionPlan& plan);

    const MultiPositionShape& shape() const {
        return shape_;
    }

  private:
    device::MultiPositionLaunch launch(ConnectionPass pass, const MultiPositionPlan& plan);
    reference::MultiPositionSizes sizes() const;
    void expect_sums(
        const char* what, const std::vector<float>& actual, const reference::Sums& expected,
        const reference::Sums& unmasked, int64_t roundings) const;

    MultiPositionMask mask_;
    MultiPositionPrecision precision_;
    MultiPositionShape shape_;
    MultiPositionNumbers numbers_;
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
    std::optional<device::Array<uint32_t>> first_;
    std::optional<device::Array<uint32_t>> second_;
    std::optional<device::Array<float>> partials_;
};
