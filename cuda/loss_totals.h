// What losses add up to, in device memory. Layout (Java: backend.cuda): 32 bytes, in this order; empty: 0, 0, 0, -1.
#pragma once

#include <cstdint>

struct LossTotals {
    double loss;  // sum over samples
    int64_t samples;
    int64_t correct;                // samples whose largest output was the label's
    int64_t first_non_finite_step;  // step at which a batch's loss first was NaN or infinite, or -1
};
