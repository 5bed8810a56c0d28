// Launches of the multi-position kernels by plan: operands where they must be made, the kernel of a pass, and the second pass
// where the sums were split.
#pragma once

#include <string>

#include "device.h"
#include "multi_position_plan.h"
#include "step_state.cuh"

namespace device {

// What a multi-position kernel draws a mask from.
enum class MultiPositionSource { ONE_PLANE, MANY_PLANES, GAUSSIAN, PARTIAL_GAUSSIAN };

// A multi-position kernel, how it is launched, and what it draws; names as in cuda/multi_position_kernels.cuh.
struct MultiPositionLaunch {
    MultiPositionSource source;
    MultiPositionPrecision precision;
    MultiPositionPlan plan;
    MultiPositionShape shape;
    const StepState* state;
    uint32_t layer = 0;
    uint32_t first_sample = 0;
    uint32_t planes = 1;
    uint32_t threshold = 1;
    float scale = 1;
    float sigma = 0;
    uint32_t* first = nullptr;   // plan.first_words words
    uint32_t* second = nullptr;  // plan.second_words words
    float* partials = nullptr;   // plan.partials floats
};

// multi_position_<pass>_<source>_<precision>_<tile>
std::string
multi_position_kernel(ConnectionPass pass, MultiPositionSource source, MultiPositionPrecision precision, MultiPositionTile tile);

// Makes the operands of a pass where the plan asks for it: x and w, dz and w, x and dz.
void make_operands(ConnectionPass pass, const MultiPositionLaunch& launch, const float* first, const float* second);

// The passes alone, of operands that have been made. Activations are numbers of enum Activation.
void multi_position_forward(
    const MultiPositionLaunch& launch, const float* x, const float* w, const float* bias, int32_t activation, float* z,
    float* y);

void multi_position_backward_input(
    const MultiPositionLaunch& launch, const float* dz, const float* w, int32_t activation, const float* z_below,
    const float* y_below, float* dx);

void multi_position_backward_weight(const MultiPositionLaunch& launch, const float* x, const float* dz, float* dw);

}  // namespace device
