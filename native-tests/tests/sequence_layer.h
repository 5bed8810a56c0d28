// A layer over sequences with a mask on every connection, its batch, and what its three passes must give: shared by the
// tests of the sequence kernels.
#pragma once

#include <optional>

#include "sequence.h"
#include "sequences.h"

// What is drawn, for a source of masks.
struct SequenceMask {
    device::SequenceSource source;
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
const std::vector<SequenceMask>& sequence_masks();

// The sizes that tests may take.
constexpr int32_t SEQUENCE_MOST_SAMPLES = 3;
constexpr int32_t SEQUENCE_MOST_CONNECTIONS = 300;

// Numbers that bf16 and TF32 hold, so that only the sums round; or any.
enum class SequenceNumbers { HELD, ANY };

// Operands of a layer on the device and their copies here, drawn from a fixed seed.
class SequenceLayer {
  public:
    // Buffers begin `offset` floats behind an address that is aligned to 16 bytes.
    SequenceLayer(
        const SequenceMask& mask, SequencePrecision precision, SequenceShape shape, SequenceNumbers numbers,
        size_t offset = 0);

    // Each pass by a plan, against the reference; GoogleTest failures say what differed.
    void check_forward(const SequencePlan& plan, int32_t activation, bool with_bias);
    void check_backward_input(const SequencePlan& plan, int32_t activation_below);
    void check_backward_weight(const SequencePlan& plan);

    // Results of a pass by a plan, bit for bit as the device left them.
    std::vector<float> results(ConnectionPass pass, const SequencePlan& plan);

    const SequenceShape& shape() const {
        return shape_;
    }

  private:
    device::SequenceLaunch launch(ConnectionPass pass, const SequencePlan& plan);
    reference::SequenceSizes sizes() const;
    void expect_sums(
        const char* what, const std::vector<float>& actual, const reference::Sums& expected,
        const reference::Sums& unmasked, int64_t roundings, double largest_factor = 1) const;

    SequenceMask mask_;
    SequencePrecision precision_;
    SequenceShape shape_;
    SequenceNumbers numbers_;
    size_t offset_;
    std::vector<float> x_;
    std::vector<float> w_;
    std::vector<float> dz_;
    std::vector<float> bias_;
    std::vector<float> below_;
    device::Array<StepState> state_;
    device::Array<float> x_array_;
    device::Array<float> w_array_;
    device::Array<float> dz_array_;
    device::Array<float> bias_array_;
    device::Array<float> below_array_;
    std::optional<device::Array<uint32_t>> first_;
    std::optional<device::Array<uint32_t>> second_;
    std::optional<device::Array<float>> partials_;
};
