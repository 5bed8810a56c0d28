// Losses of a batch, their gradients, and hits: one warp for each sample, sums in double.
//
//   softmax_cross_entropy   losses[b] = ln sum_c exp(x[b,c]) - x[b,label], hits[b] = the largest logit, the first of
//                           equals, is the label's; gradient = (softmax - onehot) / samples; [samples, classes]
//   mean_squared_error      losses[b] = mean_u (prediction - target)^2; gradient = 2 (prediction - target) / (samples
//                           outputs); [samples, outputs]
//   add_losses              adds a batch's losses and hits (null: none) to the totals, in an order that depends on the
//                           number of samples alone, and notes the step if the batch's loss is not finite. One block
//
// Gradients may be null, or the logits or predictions. A row that holds NaN or plus infinity, or minus infinity only,
// has loss and gradient NaN and is no hit, as on the CPU. Accuracy needs no kernel of its own: it is correct / samples.
#include "block_sizes.h"
#include "loss_totals.h"
#include "step_state.cuh"

#include <cmath>

constexpr uint32_t WHOLE_WARP = 0xFFFFFFFFu;

// The sum over a warp, the same bits in every lane.
template <class T>
__device__ __forceinline__ T warp_sum(T value) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(WHOLE_WARP, value, distance);
    }
    return value;
}

struct Largest {
    float value;
    int32_t index;
};

// The largest over a warp; the first of equals. NaN is never larger.
__device__ __forceinline__ Largest warp_largest(Largest largest) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        const float value = __shfl_xor_sync(WHOLE_WARP, largest.value, distance);
        const int32_t index = __shfl_xor_sync(WHOLE_WARP, largest.index, distance);
        if (value > largest.value || (value == largest.value && index < largest.index)) {
            largest = Largest{value, index};
        }
    }
    return largest;
}

__device__ __forceinline__ int64_t first_sample_of_warp() {
    return (static_cast<int64_t>(blockIdx.x) * LOSS_BLOCK + threadIdx.x) / 32;
}

__device__ __forceinline__ int64_t sample_stride() {
    return static_cast<int64_t>(gridDim.x) * (LOSS_BLOCK / 32);
}

KERNEL(
    softmax_cross_entropy, __launch_bounds__(LOSS_BLOCK), int32_t samples, int32_t classes, const float* logits,
    const int32_t* labels, float* gradient, double* losses, int32_t* hits) {
    const int32_t lane = threadIdx.x & 31u;
    for (int64_t b = first_sample_of_warp(); b < samples; b += sample_stride()) {
        const float* const x = logits + b * classes;
        const int32_t label = labels[b];
        // The label's logit is picked up by the lane that also overwrites it; a label out of range makes the loss NaN.
        float own_wanted = NAN;
        Largest largest{-INFINITY, INT32_MAX};
        for (int64_t c = lane; c < classes; c += 32) {
            const float value = x[c];
            if (value > largest.value) {
                largest = Largest{value, static_cast<int32_t>(c)};
            }
            if (c == label) {
                own_wanted = value;
            }
        }
        largest = warp_largest(largest);
        double own_sum = 0.0;
        for (int64_t c = lane; c < classes; c += 32) {
            own_sum += expf(x[c] - largest.value);
        }
        const double sum = warp_sum(own_sum);
        const float wanted = __shfl_sync(WHOLE_WARP, own_wanted, label & 31);
        if (lane == 0) {
            losses[b] = log(sum) + largest.value - wanted;
            hits[b] = largest.index == label && sum == sum ? 1 : 0;
        }
        if (gradient != nullptr) {
            const double scale = 1.0 / (sum * samples);
            float* const to = gradient + b * classes;
            for (int64_t c = lane; c < classes; c += 32) {
                const double share = expf(x[c] - largest.value) * scale;
                to[c] = static_cast<float>(c == label ? share - 1.0 / samples : share);
            }
        }
    }
}

KERNEL(
    mean_squared_error, __launch_bounds__(LOSS_BLOCK), int32_t samples, int32_t outputs, const float* predictions,
    const float* targets, float* gradient, double* losses) {
    const int32_t lane = threadIdx.x & 31u;
    const double factor = 2.0 / (static_cast<double>(samples) * outputs);
    for (int64_t b = first_sample_of_warp(); b < samples; b += sample_stride()) {
        double own_sum = 0.0;
        for (int64_t k = b * outputs + lane; k < (b + 1) * outputs; k += 32) {
            const double error = static_cast<double>(predictions[k]) - targets[k];
            own_sum = fma(error, error, own_sum);
            if (gradient != nullptr) {
                gradient[k] = static_cast<float>(factor * error);
            }
        }
        const double sum = warp_sum(own_sum);
        if (lane == 0) {
            losses[b] = sum / outputs;
        }
    }
}

KERNEL(
    add_losses, __launch_bounds__(LOSS_SUM_BLOCK), const StepState* state, int32_t samples, const double* losses,
    const int32_t* hits, LossTotals* totals) {
    SHARED_ARRAY(double, warp_losses, LOSS_SUM_BLOCK / 32);
    SHARED_ARRAY(int32_t, warp_hits, LOSS_SUM_BLOCK / 32);
    double loss = 0.0;
    int32_t correct = 0;
    for (int64_t b = threadIdx.x; b < samples; b += LOSS_SUM_BLOCK) {
        loss += losses[b];
        correct += hits == nullptr ? 0 : hits[b];
    }
    loss = warp_sum(loss);
    correct = warp_sum(correct);
    const uint32_t warp = threadIdx.x / 32u;
    if ((threadIdx.x & 31u) == 0) {
        warp_losses[warp] = loss;
        warp_hits[warp] = correct;
    }
    __syncthreads();
    if (warp == 0) {
        loss = warp_sum(warp_losses[threadIdx.x]);
        correct = warp_sum(warp_hits[threadIdx.x]);
        if (threadIdx.x == 0) {
            totals->loss += loss;
            totals->samples += samples;
            totals->correct += correct;
            // The difference is 0 for finite losses, else NaN.
            if (totals->first_non_finite_step < 0 && loss - loss != 0.0) {
                totals->first_non_finite_step = state->step;
            }
        }
    }
}
