// Step states on the device.
#pragma once

#include "device.h"
#include "step_state.cuh"

inline std::vector<StepState> step_state(uint64_t seed, uint32_t step, float learning_rate = 0.0f) {
    return {StepState{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), step, learning_rate}};
}
