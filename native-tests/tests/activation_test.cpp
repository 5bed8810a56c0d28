#include <gtest/gtest.h>

#include <cfloat>

#include "launches.h"
#include "numbers.h"
#include "reference_activations.h"

namespace {

// Small, ordinary, and as large as they come.
std::vector<float> points() {
    std::vector<float> z = {0.0f,    -0.0f, 1e-45f, -1e-45f, 1e-20f, -1e-20f, 88.0f,  -88.0f,  104.0f,
                            -104.0f, 1e4f,  -1e4f,  1e13f,   -1e13f, 1e20f,   -1e20f, FLT_MAX, -FLT_MAX};
    for (int k = -1500; k <= 1500; ++k) {
        z.push_back(static_cast<float>(k) * 0.01f + 0.003f);
    }
    return z;
}

std::vector<float> activated(int32_t activation, const std::vector<float>& z) {
    device::Array<float> device_z(z);
    device::Array<float> y(device_z.size());
    const int32_t columns = static_cast<int32_t>(z.size());
    run("bias_activation", row_launches(1, columns)[0], activation, 1, columns, static_cast<const float*>(nullptr),
        device_z.pointer(), y.pointer());
    EXPECT_EQ(bits_of(device_z.download()), bits_of(z)) << "z was written without a bias";
    return y.download();
}

}  // namespace

TEST(Activation, ValuesAreThoseOfTheDefinition) {
    const std::vector<float> z = points();
    for (const ReferenceActivation& activation : REFERENCE_ACTIVATIONS) {
        const std::vector<float> y = activated(activation.number, z);
        for (size_t k = 0; k < z.size(); ++k) {
            ASSERT_NEAR(y[k], activation.value(z[k]), activation_bound(z[k])) << activation.name << " at " << z[k];
        }
    }
}

TEST(Activation, DerivativesAreThoseOfTheDefinition) {
    const std::vector<float> z = points();
    const int64_t n = static_cast<int64_t>(z.size());
    const std::vector<float> dy = Numbers(5).reals(n, -2, 2);
    for (const ReferenceActivation& activation : REFERENCE_ACTIVATIONS) {
        device::Array<float> device_z(z);
        device::Array<float> device_y(activated(activation.number, z));
        device::Array<float> device_dy(dy);
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> dz(n);
            run("activation_backward", launch, activation.number, n, device_z.pointer(), device_y.pointer(),
                device_dy.pointer(), dz.pointer());
            const std::vector<float> actual = dz.download();
            for (int64_t k = 0; k < n; ++k) {
                // y's own error counts twice in 1 - y^2 and in y (1 - y).
                ASSERT_NEAR(actual[k], dy[k] * activation.derivative(z[k]), 2e-6 * std::fabs(dy[k]))
                    << activation.name << " at " << z[k];
            }
        }
    }
}

TEST(Activation, NaNStaysNaN) {
    for (const ReferenceActivation& activation : REFERENCE_ACTIVATIONS) {
        for (const float value : activated(activation.number, {NOT_A_NUMBER, -NOT_A_NUMBER})) {
            EXPECT_TRUE(std::isnan(value)) << activation.name;
        }
    }
}

TEST(Activation, BiasIsAddedToEveryRowOfEveryShape) {
    int32_t turn = 0;
    for (const int32_t samples : {1, 3, 13, 33, 207}) {
        for (const int32_t outputs : {1, 3, 13, 32, 33, 207, 256, 1000}) {
            const ReferenceActivation& activation = REFERENCE_ACTIVATIONS[turn++ % 6];
            Numbers numbers(turn);
            const std::vector<float> z = numbers.reals(static_cast<int64_t>(samples) * outputs, -2, 2);
            const std::vector<float> bias = numbers.reals(outputs, -1, 1);
            std::vector<float> shifted(z.size());
            for (size_t k = 0; k < z.size(); ++k) {
                shifted[k] = z[k] + bias[k % outputs];
            }
            device::Array<float> device_bias(bias);
            for (const device::Launch& launch : row_launches(samples, outputs)) {
                device::Array<float> device_z(z);
                device::Array<float> y(device_z.size());
                run("bias_activation", launch, activation.number, samples, outputs, device_bias.pointer(),
                    device_z.pointer(), y.pointer());
                ASSERT_EQ(device_z.download(), shifted) << samples << " x " << outputs;
                const std::vector<float> actual = y.download();
                for (size_t k = 0; k < z.size(); ++k) {
                    ASSERT_NEAR(actual[k], activation.value(shifted[k]), activation_bound(shifted[k]))
                        << activation.name << " " << samples << " x " << outputs << " at " << k;
                }
            }
        }
    }
}

TEST(Activation, WorksInPlace) {
    const int32_t samples = 13;
    const int32_t outputs = 33;
    const std::vector<float> z = Numbers(9).reals(samples * outputs, -3, 3);
    const std::vector<float> dy = Numbers(10).reals(samples * outputs, -1, 1);
    device::Array<float> bias(Numbers(11).reals(outputs, -1, 1));
    for (const ReferenceActivation& activation : REFERENCE_ACTIVATIONS) {
        const device::Launch rows = row_launches(samples, outputs)[0];
        device::Array<float> apart_z(z);
        device::Array<float> apart_y(apart_z.size());
        device::Array<float> both(z);
        run("bias_activation", rows, activation.number, samples, outputs, bias.pointer(), apart_z.pointer(),
            apart_y.pointer());
        run("bias_activation", rows, activation.number, samples, outputs, bias.pointer(), both.pointer(),
            both.pointer());
        EXPECT_EQ(bits_of(both.download()), bits_of(apart_y.download())) << activation.name;

        const device::Launch elements = launch_of(Grid{2}, ELEMENT_BLOCK);
        const int64_t n = apart_z.size();
        device::Array<float> apart_dy(dy);
        device::Array<float> dz(n);
        device::Array<float> gradient(dy);
        run("activation_backward", elements, activation.number, n, apart_z.pointer(), apart_y.pointer(),
            apart_dy.pointer(), dz.pointer());
        run("activation_backward", elements, activation.number, n, apart_z.pointer(), apart_y.pointer(),
            gradient.pointer(), gradient.pointer());
        EXPECT_EQ(bits_of(gradient.download()), bits_of(dz.download())) << activation.name;
    }
}
