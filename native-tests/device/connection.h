// Launches of the connection kernels by plan: the kernel of a pass, source and tile, and the second pass where the sums
// were split.
#pragma once

#include <cstdint>
#include <string>

#include "connection_plan.h"
#include "device.h"
#include "step_state.cuh"

namespace device {

// Sizes of a layer and its batch.
struct LayerShape {
    int32_t samples;
    int32_t inputs;
    int32_t outputs;
};

// A connection kernel, how it is launched, and what it draws; names as in cuda/connection_kernels.cuh.
struct ConnectionLaunch {
    ConnectionSource source;
    ConnectionPlan plan;
    LayerShape shape;
    const StepState* state;
    uint32_t layer = 0;
    uint32_t first_sample = 0;
    uint32_t planes = 1;
    uint32_t threshold = 1;
    float scale = 1;
    float sigma = 0;
    uint32_t* packed = nullptr;
    float* partials = nullptr;       // plan.partials floats
    float* bias_partials = nullptr;  // plan.bias_partials floats
};

// connection_<pass>_<source>_<tile>
std::string connection_kernel(ConnectionPass pass, ConnectionSource source, ConnectionTile tile);

// Activations are numbers of enum Activation. Null pointers where a kernel allows them.
void connection_forward(
    const ConnectionLaunch& launch, const float* x, const float* w, const float* bias, int32_t activation, float* z,
    float* y);

void connection_backward_input(
    const ConnectionLaunch& launch, const float* dz, const float* w, int32_t activation, const float* z_below,
    const float* y_below, float* dx);

void connection_backward_weight(const ConnectionLaunch& launch, const float* x, const float* dz, float* dw, float* db);

}  // namespace device
