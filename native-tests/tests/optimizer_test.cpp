#include <gtest/gtest.h>

#include <cmath>

#include "launches.h"
#include "numbers.h"
#include "step_states.h"

namespace {

constexpr int64_t SIZES[] = {1, 3, 13, 32, 33, 207, 1000};

// One rounding each, whatever the compiler would like to fuse.
float product(float a, float b) {
    volatile float result = a * b;
    return result;
}

struct Weights {
    std::vector<float> w;
    std::vector<float> g;
    std::vector<float> m;
    std::vector<float> v;
};

Weights weights(int64_t n) {
    Numbers numbers(n);
    return Weights{
        numbers.reals(n, -1, 1), numbers.reals(n, -0.1f, 0.1f), numbers.reals(n, -0.1f, 0.1f),
        numbers.reals(n, 0, 0.1f)};
}

struct AdamConstants {
    float beta1;
    float beta2;
    float epsilon;
    float decay;
};

// The CPU's operations in the CPU's order.
void adam_by_hand(const AdamConstants& c, float learning_rate, uint32_t step, Weights& p) {
    const double t = step + 1.0;
    const double rate = learning_rate;
    const float pace = static_cast<float>(rate / (1 - std::pow(static_cast<double>(c.beta1), t)));
    const float root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(static_cast<double>(c.beta2), t)));
    const float decay = static_cast<float>(rate * c.decay);
    for (size_t k = 0; k < p.w.size(); ++k) {
        const float old = p.w[k];
        p.m[k] = product(c.beta1, p.m[k]) + product(1 - c.beta1, p.g[k]);
        p.v[k] = product(c.beta2, p.v[k]) + product(product(1 - c.beta2, p.g[k]), p.g[k]);
        const float update = product(pace, p.m[k]) / (product(std::sqrt(p.v[k]), root_scale) + c.epsilon);
        p.w[k] = old - update - product(decay, old);
    }
}

}  // namespace

TEST(Sgd, UpdatesHaveTheBitsOfTheFormulaRoundedStepByStep) {
    for (const int64_t n : SIZES) {
        for (const float momentum : {0.0f, 0.9f}) {
            for (const int32_t nesterov : {0, 1}) {
                for (const device::Launch& launch : element_launches(n)) {
                    Weights p = weights(n);
                    device::Array<StepState> state(step_state(1, 5, 0.03f));
                    device::Array<float> w(p.w);
                    device::Array<float> g(p.g);
                    device::Array<float> v(p.v);
                    for (int repeat = 0; repeat < 3; ++repeat) {
                        run("sgd", launch, state.pointer(), n, momentum, nesterov, w.pointer(), g.pointer(),
                            v.pointer());
                        for (int64_t k = 0; k < n; ++k) {
                            p.v[k] = product(momentum, p.v[k]) + p.g[k];
                            const float ahead = p.g[k] + product(momentum, p.v[k]);
                            p.w[k] = p.w[k] - product(0.03f, nesterov != 0 ? ahead : p.v[k]);
                        }
                    }
                    ASSERT_EQ(bits_of(w.download()), bits_of(p.w)) << n << " " << momentum << " " << nesterov;
                    ASSERT_EQ(bits_of(v.download()), bits_of(p.v)) << n << " " << momentum << " " << nesterov;
                    ASSERT_EQ(g.download(), p.g);
                }
            }
        }
    }
}

TEST(Adam, UpdatesHaveTheBitsOfTheFormulaRoundedStepByStep) {
    const AdamConstants adam{0.9f, 0.999f, 1e-8f, 0.0f};
    const AdamConstants decayed{0.9f, 0.999f, 1e-8f, 0.01f};
    const AdamConstants memoryless{0.0f, 0.0f, 1e-3f, 0.1f};
    for (const int64_t n : SIZES) {
        for (const AdamConstants& c : {adam, decayed, memoryless}) {
            for (const uint32_t step : {0u, 1u, 999u, 0xFFFFFFFCu}) {
                Weights p = weights(n);
                device::Array<StepState> state(step_state(1, step, 0.003f));
                device::Array<float> w(p.w);
                device::Array<float> g(p.g);
                device::Array<float> m(p.m);
                device::Array<float> v(p.v);
                for (const device::Launch& launch : element_launches(n)) {
                    run("adam", launch, state.pointer(), n, c.beta1, c.beta2, c.epsilon, c.decay, w.pointer(),
                        g.pointer(), m.pointer(), v.pointer());
                    adam_by_hand(c, 0.003f, step, p);
                }
                ASSERT_EQ(bits_of(m.download()), bits_of(p.m)) << n << " step " << step;
                ASSERT_EQ(bits_of(v.download()), bits_of(p.v)) << n << " step " << step;
                ASSERT_EQ(bits_of(w.download()), bits_of(p.w)) << n << " step " << step;
                ASSERT_EQ(g.download(), p.g);
            }
        }
    }
}

// The textbook's form in double: what the order of operations above must amount to.
TEST(Adam, UpdatesAreThoseOfThePaper) {
    const int64_t n = 207;
    Weights p = weights(n);
    p.m.assign(n, 0.0f);
    p.v.assign(n, 0.0f);
    device::Array<float> w(p.w);
    device::Array<float> g(p.g);
    device::Array<float> m(p.m);
    device::Array<float> v(p.v);
    std::vector<double> expected(p.w.begin(), p.w.end());
    std::vector<double> mean(n, 0.0);
    std::vector<double> square(n, 0.0);
    const double rate = 0.01;
    const double decay = 0.05;
    for (uint32_t step = 0; step < 10; ++step) {
        device::Array<StepState> state(step_state(1, step, 0.01f));
        run("adam", launch_of(Grid{1}, ELEMENT_BLOCK), state.pointer(), n, 0.9f, 0.999f, 1e-6f, 0.05f, w.pointer(),
            g.pointer(), m.pointer(), v.pointer());
        for (int64_t k = 0; k < n; ++k) {
            const double gradient = p.g[k];
            mean[k] = 0.9 * mean[k] + 0.1 * gradient;
            square[k] = 0.999 * square[k] + 0.001 * gradient * gradient;
            const double unbiased_mean = mean[k] / (1 - std::pow(0.9, step + 1));
            const double unbiased_square = square[k] / (1 - std::pow(0.999, step + 1));
            expected[k] -= rate * (unbiased_mean / (std::sqrt(unbiased_square) + 1e-6) + decay * expected[k]);
        }
    }
    // 0.999 in single precision is off by up to 6e-8, which is 6e-5 of 1 - 0.999; half of that shows in a root.
    const std::vector<float> actual = w.download();
    for (int64_t k = 0; k < n; ++k) {
        EXPECT_NEAR(actual[k], expected[k], 10 * rate * 1e-4) << k;
    }
}
