// A layer with a mask on every connection, its batch, and what its three passes must give: shared by the tests of the
// connection kernels and of the multi-position kernels.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "activation.cuh"
#include "connection.h"
#include "products.h"
#include "reference_activations.h"

constexpr uint32_t MASKED_LAYER = 3;
constexpr uint32_t MASKED_FIRST_SAMPLE = 1000000007u;

constexpr ConnectionPass PASSES[] = {
    ConnectionPass::FORWARD, ConnectionPass::BACKWARD_INPUT, ConnectionPass::BACKWARD_WEIGHT};

// What is drawn, for a source of masks.
template <class Source>
struct SourceMask {
    Source source;
    reference::Noise noise;
    reference::Rate rate;
    double sigma;

    // As in the names of tests: "3_of_4".
    std::string rate_text() const {
        return std::to_string(rate.threshold) + "_of_" + std::to_string(1 << rate.planes);
    }

    device::MaskDraw draw(const StepState* state) const {
        // 1/q' where dropped connections are cut.
        const float scale = noise == reference::Noise::BERNOULLI
                                ? static_cast<float>(static_cast<double>(1 << rate.planes) / rate.threshold)
                                : 1.0f;
        return {state,          MASKED_LAYER, MASKED_FIRST_SAMPLE,      rate.planes,
                rate.threshold, scale,        static_cast<float>(sigma)};
    }
};

// The values of a mask for the largest layer; computed once.
const reference::MaskTable& mask_table(
    reference::Noise noise, reference::Rate rate, double sigma, const reference::Shape& largest);

// Normal numbers; `held`: only such as bf16 and TF32 hold, so that only the sums round.
std::vector<float> layer_numbers(int64_t size, uint32_t seed, bool held);

std::vector<StepState> masked_layer_state();

// Operands of a layer on the device and their copies here, drawn from a fixed seed.
template <class Source, class Plan>
class MaskedLayer {
  public:
    virtual ~MaskedLayer() = default;

    // A pass by a plan, against the reference; GoogleTest failures say what differed. `bias`: it is added, or its
    // gradient is wanted.
    void check(ConnectionPass pass, const Plan& plan, int32_t activation, bool bias);

    // Results of a pass by a plan, bit for bit as the device left them.
    std::vector<float> results(ConnectionPass pass, const Plan& plan) {
        device::Array<float> to(result_size(pass), offset_);
        device::PassOperands operands = operands_of(pass, to);
        operands.activation = LINEAR;
        operands.y = to.pointer();
        launch(pass, plan, operands);
        device::synchronize();
        return to.download();
    }

  protected:
    // Buffers begin `offset` floats behind an address that is aligned to 16 bytes. `largest`: of all such layers.
    MaskedLayer(
        const SourceMask<Source>& mask, const reference::Shape& sizes, const reference::Shape& largest, bool held,
        size_t offset)
        : mask_(mask),
          sizes_(sizes),
          largest_(largest),
          offset_(offset),
          x_(layer_numbers(sizes.samples * sizes.positions * sizes.inputs, 1, held)),
          w_(layer_numbers(sizes.inputs * sizes.outputs, 2, held)),
          dz_(layer_numbers(sizes.samples * sizes.positions * sizes.outputs, 3, held)),
          dz_factor_(dz_),
          bias_(layer_numbers(sizes.outputs, 4, held)),
          state_(masked_layer_state()),
          x_array_(x_, offset),
          w_array_(w_, offset),
          dz_array_(dz_, offset),
          bias_array_(bias_, offset) {}

    virtual void launch(ConnectionPass pass, const Plan& plan, const device::PassOperands& operands) = 0;

    // The reference multiplies rounded factors from now on; what is only added stays as it is.
    template <class Rounding>
    void round_factors(const Rounding& rounding) {
        for (std::vector<float>* const factor : {&x_, &w_, &dz_factor_}) {
            for (float& value : *factor) {
                value = rounding(value);
            }
        }
    }

    // Of a sum of so many terms, as a multiple of the sum of their magnitudes.
    virtual double relative_error(ConnectionPass pass, const Plan& plan) const = 0;

    device::PassOperands operands_of(ConnectionPass pass, const device::Array<float>& result) const {
        return {
            pass == ConnectionPass::BACKWARD_INPUT ? dz_array_.pointer() : x_array_.pointer(),
            pass == ConnectionPass::BACKWARD_WEIGHT ? dz_array_.pointer() : w_array_.pointer(), result.pointer()};
    }

    float* partials_of(const Plan& plan) {
        return plan.partials > 0 ? partials_.emplace(plan.partials, offset_).pointer() : nullptr;
    }

    const reference::MaskTable& table() const {
        return mask_table(mask_.noise, mask_.rate, mask_.sigma, largest_);
    }

    SourceMask<Source> mask_;
    reference::Shape sizes_;
    reference::Shape largest_;
    size_t offset_;
    std::vector<float> x_;
    std::vector<float> w_;
    std::vector<float> dz_;
    std::vector<float> dz_factor_;
    std::vector<float> bias_;
    device::Array<StepState> state_;
    device::Array<float> x_array_;
    device::Array<float> w_array_;
    device::Array<float> dz_array_;
    device::Array<float> bias_array_;

  private:
    int64_t result_size(ConnectionPass pass) const {
        return static_cast<int64_t>((pass == ConnectionPass::FORWARD          ? dz_
                                     : pass == ConnectionPass::BACKWARD_INPUT ? x_
                                                                              : w_)
                                        .size());
    }

    reference::Sums sums(ConnectionPass pass, const reference::MaskTable& table, bool bias) const {
        switch (pass) {
            case ConnectionPass::FORWARD:
                return reference::connection_forward(table, sizes_, x_, w_, bias ? bias_ : std::vector<float>{});
            case ConnectionPass::BACKWARD_INPUT:
                return reference::connection_backward_input(table, sizes_, dz_factor_, w_);
            default: return reference::connection_backward_weight(table, sizes_, x_, dz_factor_);
        }
    }

    std::optional<device::Array<float>> partials_;
};

template <class Source, class Plan>
void MaskedLayer<Source, Plan>::check(ConnectionPass pass, const Plan& plan, int32_t activation, bool bias) {
    const device::Array<float> to(result_size(pass), offset_);
    const device::Array<float> y(result_size(pass), offset_);
    const device::Array<float> bias_gradient(sizes_.outputs, offset_);
    device::PassOperands operands = operands_of(pass, to);
    operands.bias = bias ? bias_array_.pointer() : nullptr;
    operands.activation = activation;
    operands.y = y.pointer();
    operands.bias_gradient = bias ? bias_gradient.pointer() : nullptr;
    launch(pass, plan, operands);
    device::synchronize();
    const std::vector<float> actual = to.download();
    const reference::Sums expected = sums(pass, table(), bias);
    // A normal is within 1e-5 of the reference's, so that a multiplier is within that times sigma.
    const std::vector<double> unmasked =
        mask_.sigma > 0 ? sums(pass, mask_table(reference::Noise::NONE, {1, 1}, 0, largest_), bias).magnitudes
                        : std::vector<double>(actual.size());
    const double relative = relative_error(pass, plan);
    ASSERT_EQ(actual.size(), expected.values.size());
    for (size_t n = 0; n < actual.size(); ++n) {
        const double bound = relative * expected.magnitudes[n] + 1e-5 * mask_.sigma * unmasked[n];
        ASSERT_NEAR(actual[n], expected.values[n], bound + 1e-30) << device::pass_word(pass) << "[" << n << "]";
    }
    if (pass == ConnectionPass::FORWARD) {
        const std::vector<float> activated = y.download();
        for (size_t n = 0; n < activated.size(); ++n) {
            const double z = actual[n];
            ASSERT_NEAR(activated[n], REFERENCE_ACTIVATIONS[activation].value(z), activation_bound(z))
                << "y[" << n << "]";
        }
    }
    if (pass == ConnectionPass::BACKWARD_WEIGHT && bias) {
        const reference::Sums gradients =
            reference::column_sums(sizes_.samples * sizes_.positions, sizes_.outputs, dz_);
        const std::vector<float> found = bias_gradient.download();
        for (size_t n = 0; n < found.size(); ++n) {
            ASSERT_NEAR(found[n], gradients.values[n], relative * gradients.magnitudes[n] + 1e-30) << "db[" << n << "]";
        }
    }
}
