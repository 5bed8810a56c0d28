#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "launches.h"
#include "loss_totals.h"
#include "numbers.h"
#include "step_states.h"

namespace {

struct Result {
    std::vector<float> gradient;
    std::vector<double> losses;
    std::vector<int32_t> hits;
};

Result softmax_cross_entropy(
    int32_t samples, int32_t classes, const std::vector<float>& logits, const std::vector<int32_t>& labels,
    const device::Launch& launch, bool in_place = false) {
    device::Array<float> x(logits);
    device::Array<int32_t> device_labels(labels);
    device::Array<float> gradient(x.size());
    device::Array<double> losses(samples);
    device::Array<int32_t> hits(samples);
    float* const to = in_place ? x.pointer() : gradient.pointer();
    run("softmax_cross_entropy", launch, samples, classes, x.pointer(), device_labels.pointer(), to, losses.pointer(),
        hits.pointer());
    return Result{in_place ? x.download() : gradient.download(), losses.download(), hits.download()};
}

Result expected_cross_entropy(
    int32_t samples, int32_t classes, const std::vector<float>& logits, const std::vector<int32_t>& labels) {
    Result result;
    for (int32_t b = 0; b < samples; ++b) {
        const float* const x = logits.data() + static_cast<int64_t>(b) * classes;
        int32_t largest = 0;
        for (int32_t c = 1; c < classes; ++c) {
            largest = x[c] > x[largest] ? c : largest;
        }
        double sum = 0;
        for (int32_t c = 0; c < classes; ++c) {
            sum += std::exp(static_cast<double>(x[c]) - x[largest]);
        }
        result.losses.push_back(std::log(sum) + x[largest] - x[labels[b]]);
        result.hits.push_back(largest == labels[b] ? 1 : 0);
        for (int32_t c = 0; c < classes; ++c) {
            const double share = std::exp(static_cast<double>(x[c]) - x[largest]) / sum;
            result.gradient.push_back(static_cast<float>((share - (c == labels[b] ? 1 : 0)) / samples));
        }
    }
    return result;
}

std::vector<device::Launch> loss_launches(int32_t samples) {
    return {launch_of(Grid{blocks_for(samples, LOSS_BLOCK / 32)}, LOSS_BLOCK), launch_of(Grid{1}, LOSS_BLOCK)};
}

// Single-precision exponentials: their argument's rounding and a few units of their own.
constexpr double BOUND = 1e-6;

void expect_close(const Result& actual, const Result& expected, int32_t samples, const std::string& what) {
    ASSERT_EQ(actual.hits, expected.hits) << what;
    for (size_t b = 0; b < expected.losses.size(); ++b) {
        ASSERT_NEAR(actual.losses[b], expected.losses[b], BOUND + 1e-14 * std::fabs(expected.losses[b]))
            << what << " row " << b;
    }
    for (size_t k = 0; k < expected.gradient.size(); ++k) {
        ASSERT_NEAR(actual.gradient[k], expected.gradient[k], BOUND / samples) << what << " element " << k;
    }
}

LossTotals totals_after(
    LossTotals before, uint32_t step, const std::vector<double>& losses, const std::vector<int32_t>& hits) {
    device::Array<StepState> state(step_state(1, step));
    device::Array<LossTotals> totals(std::vector<LossTotals>{before});
    device::Array<double> device_losses(losses);
    device::Array<int32_t> device_hits(hits.empty() ? std::vector<int32_t>{0} : hits);
    run("add_losses", launch_of(Grid{1}, LOSS_SUM_BLOCK), static_cast<const StepState*>(state.pointer()),
        static_cast<int32_t>(losses.size()), device_losses.pointer(), hits.empty() ? nullptr : device_hits.pointer(),
        totals.pointer());
    return totals.download()[0];
}

constexpr LossTotals EMPTY{0.0, 0, 0, -1};

}  // namespace

TEST(SoftmaxCrossEntropy, LossHitsAndGradientAreThoseOfTheDefinition) {
    for (const int32_t samples : {1, 3, 13, 33, 207}) {
        for (const int32_t classes : {1, 3, 10, 13, 32, 33, 207, 1000}) {
            Numbers numbers(samples * 1000 + classes);
            const std::vector<float> logits = numbers.reals(static_cast<int64_t>(samples) * classes, -8, 8);
            const std::vector<int32_t> labels = numbers.integers(samples, 0, classes - 1);
            const Result expected = expected_cross_entropy(samples, classes, logits, labels);
            const std::string what = std::to_string(samples) + " x " + std::to_string(classes);
            for (const device::Launch& launch : loss_launches(samples)) {
                expect_close(softmax_cross_entropy(samples, classes, logits, labels, launch), expected, samples, what);
                if (HasFatalFailure()) {
                    return;
                }
            }
        }
    }
}

TEST(SoftmaxCrossEntropy, ExtremeLogitsGiveFiniteResults) {
    const int32_t classes = 33;
    for (const float size : {1e4f, 1e20f, FLT_MAX / 2, FLT_MAX}) {
        std::vector<float> logits(3 * classes, -size);
        logits[0 * classes + 32] = size;  // right, and sure of it
        logits[1 * classes + 0] = size;   // wrong, and sure of it
        for (int32_t c = 0; c < classes; ++c) {
            logits[2 * classes + c] = size;  // undecided: the first of equals counts
        }
        const std::vector<int32_t> labels = {32, 7, 0};
        const Result expected = expected_cross_entropy(3, classes, logits, labels);
        ASSERT_EQ(expected.hits, (std::vector<int32_t>{1, 0, 1}));
        expect_close(
            softmax_cross_entropy(3, classes, logits, labels, launch_of(Grid{1}, LOSS_BLOCK)), expected, 3,
            "logits of size " + std::to_string(size));
    }
}

TEST(SoftmaxCrossEntropy, TheFirstOfEqualLogitsIsTheLargest) {
    const int32_t classes = 207;
    for (const int32_t first : {0, 5, 31, 32, 64, 100, 205}) {
        std::vector<float> logits(2 * classes, 0.5f);
        for (int32_t b = 0; b < 2; ++b) {
            logits[b * classes + first] = 2.0f;
            logits[b * classes + 206] = 2.0f;
        }
        const Result result = softmax_cross_entropy(2, classes, logits, {first, 206}, launch_of(Grid{1}, LOSS_BLOCK));
        EXPECT_EQ(result.hits, (std::vector<int32_t>{1, 0})) << first;
    }
}

TEST(SoftmaxCrossEntropy, RowsWithoutAnAnswerAreNaNAndNoHits) {
    for (const int32_t classes : {3, 33, 207}) {
        for (const int32_t place : {0, classes / 2, classes - 1}) {
            for (const float value : {NOT_A_NUMBER, INFINITE}) {
                std::vector<float> logits = Numbers(classes).reals(3 * classes, -1, 1);
                logits[1 * classes + place] = value;
                const std::vector<int32_t> labels = {0, place, classes - 1};
                const Result result = softmax_cross_entropy(3, classes, logits, labels, launch_of(Grid{1}, LOSS_BLOCK));
                EXPECT_TRUE(std::isfinite(result.losses[0]));
                EXPECT_TRUE(std::isnan(result.losses[1]));
                EXPECT_TRUE(std::isfinite(result.losses[2]));
                EXPECT_EQ(result.hits[1], 0);
                for (int32_t k = 0; k < 3 * classes; ++k) {
                    EXPECT_EQ(std::isnan(result.gradient[k]), k / classes == 1) << k;
                }
            }
        }
    }
    const Result hopeless =
        softmax_cross_entropy(1, 3, {-INFINITE, -INFINITE, -INFINITE}, {0}, launch_of(Grid{1}, LOSS_BLOCK));
    EXPECT_TRUE(std::isnan(hopeless.losses[0]));
    EXPECT_EQ(hopeless.hits[0], 0);
}

TEST(SoftmaxCrossEntropy, AnImpossibleLabelHasInfiniteLoss) {
    const Result result = softmax_cross_entropy(1, 3, {1.0f, -INFINITE, 0.0f}, {1}, launch_of(Grid{1}, LOSS_BLOCK));
    EXPECT_EQ(result.losses[0], std::numeric_limits<double>::infinity());
    EXPECT_EQ(result.hits[0], 0);
    EXPECT_EQ(result.gradient[1], -1.0f);
}

TEST(SoftmaxCrossEntropy, GradientMayBeNullOrTheLogits) {
    const int32_t samples = 13;
    const int32_t classes = 207;
    const std::vector<float> logits = Numbers(2).reals(samples * classes, -3, 3);
    const std::vector<int32_t> labels = Numbers(3).integers(samples, 0, classes - 1);
    const device::Launch launch = launch_of(Grid{2}, LOSS_BLOCK);
    const Result apart = softmax_cross_entropy(samples, classes, logits, labels, launch);
    const Result in_place = softmax_cross_entropy(samples, classes, logits, labels, launch, true);
    EXPECT_EQ(bits_of(in_place.gradient), bits_of(apart.gradient));
    EXPECT_EQ(in_place.losses, apart.losses);
    EXPECT_EQ(in_place.hits, apart.hits);

    device::Array<float> x(logits);
    device::Array<int32_t> device_labels(labels);
    device::Array<double> losses(samples);
    device::Array<int32_t> hits(samples);
    run("softmax_cross_entropy", launch, samples, classes, x.pointer(), device_labels.pointer(),
        static_cast<float*>(nullptr), losses.pointer(), hits.pointer());
    EXPECT_EQ(losses.download(), apart.losses);
    EXPECT_EQ(x.download(), logits);
}

TEST(MeanSquaredError, LossAndGradientAreThoseOfTheDefinition) {
    for (const int32_t samples : {1, 3, 33, 207}) {
        for (const int32_t outputs : {1, 3, 13, 32, 33, 207, 1000}) {
            Numbers numbers(samples + outputs);
            const int64_t n = static_cast<int64_t>(samples) * outputs;
            const std::vector<float> predictions = numbers.reals(n, -3, 3);
            const std::vector<float> targets = numbers.reals(n, -3, 3);
            std::vector<float> expected_gradient(n);
            std::vector<double> expected_losses(samples, 0.0);
            const double factor = 2.0 / (static_cast<double>(samples) * outputs);
            for (int64_t k = 0; k < n; ++k) {
                const double error = static_cast<double>(predictions[k]) - targets[k];
                expected_losses[k / outputs] += error * error / outputs;
                expected_gradient[k] = static_cast<float>(factor * error);
            }
            for (const device::Launch& launch : loss_launches(samples)) {
                device::Array<float> device_predictions(predictions);
                device::Array<float> device_targets(targets);
                device::Array<float> gradient(n);
                device::Array<double> losses(samples);
                run("mean_squared_error", launch, samples, outputs, device_predictions.pointer(),
                    device_targets.pointer(), gradient.pointer(), losses.pointer());
                ASSERT_EQ(gradient.download(), expected_gradient) << samples << " x " << outputs;
                const std::vector<double> actual = losses.download();
                for (int32_t b = 0; b < samples; ++b) {
                    ASSERT_NEAR(actual[b], expected_losses[b], 1e-12 * (1 + expected_losses[b]));
                }
                // Once more without a gradient, and in place.
                run("mean_squared_error", launch, samples, outputs, device_predictions.pointer(),
                    device_targets.pointer(), static_cast<float*>(nullptr), losses.pointer());
                ASSERT_EQ(losses.download(), actual);
                run("mean_squared_error", launch, samples, outputs, device_predictions.pointer(),
                    device_targets.pointer(), device_predictions.pointer(), losses.pointer());
                ASSERT_EQ(losses.download(), actual);
                ASSERT_EQ(device_predictions.download(), expected_gradient);
            }
        }
    }
}

TEST(AddLosses, TotalsGrowByTheBatch) {
    for (const int32_t samples : {1, 3, 13, 32, 33, 207, 1000, 1024, 5000}) {
        Numbers numbers(samples);
        std::vector<double> losses(samples);
        double sum = 0;
        for (double& loss : losses) {
            loss = static_cast<double>(numbers.integer(0, 1'000'000)) / 1024;  // sums are exact
            sum += loss;
        }
        const std::vector<int32_t> hits = numbers.integers(samples, 0, 1);
        int64_t correct = 0;
        for (const int32_t hit : hits) {
            correct += hit;
        }
        const LossTotals totals = totals_after(LossTotals{2.5, int64_t{1} << 40, 11, -1}, 9, losses, hits);
        EXPECT_EQ(totals.loss, sum + 2.5) << samples;
        EXPECT_EQ(totals.samples, (int64_t{1} << 40) + samples);
        EXPECT_EQ(totals.correct, correct + 11);
        EXPECT_EQ(totals.first_non_finite_step, -1);
    }
}

TEST(AddLosses, HitsMayBeNull) {
    const LossTotals totals = totals_after(EMPTY, 0, std::vector<double>(33, 0.5), {});
    EXPECT_EQ(totals.loss, 16.5);
    EXPECT_EQ(totals.correct, 0);
    EXPECT_EQ(totals.samples, 33);
}

TEST(AddLosses, TheFirstNonFiniteStepIsKept) {
    const double infinite = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {infinite, -infinite, nan}) {
        std::vector<double> losses(207, 1.0);
        losses[206] = bad;
        EXPECT_EQ(totals_after(EMPTY, 0, losses, {}).first_non_finite_step, 0);
        EXPECT_EQ(totals_after(EMPTY, 0xFFFFFFFDu, losses, {}).first_non_finite_step, 0xFFFFFFFDll);
        EXPECT_EQ(totals_after(LossTotals{bad, 5, 5, 3}, 4, losses, {}).first_non_finite_step, 3);
        // A batch that is finite is not blamed for what came before.
        EXPECT_EQ(totals_after(LossTotals{bad, 5, 5, -1}, 4, {1.0}, {}).first_non_finite_step, -1);
    }
}

TEST(AddLosses, TheSameBitsInEveryRun) {
    Numbers numbers(4);
    std::vector<double> losses(5000);
    for (double& loss : losses) {
        loss = numbers.real(0, 3) / 3.0;
    }
    const double first = totals_after(EMPTY, 0, losses, {}).loss;
    for (int repeat = 0; repeat < 3; ++repeat) {
        EXPECT_EQ(totals_after(EMPTY, 0, losses, {}).loss, first);
    }
}
