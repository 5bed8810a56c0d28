// What changes from step to step, in device memory, so that a captured graph can be replayed without new arguments.
// Layout (Java: backend.cuda): 16 bytes, in this order.
#pragma once

#include "platform.cuh"

struct StepState {
    uint32_t seed_low;
    uint32_t seed_high;
    uint32_t step;  // at most 2^32 - 1: one behind the last that is made
    float learning_rate;
};
