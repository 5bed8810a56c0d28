// Times every kind of connection kernel for one layer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cuda_timer.h"
#include "layer_operands.h"
#include "timing_results.h"

struct TimedLayer {
    LayerOperands& layer;
    const std::map<ConnectionPass, double>& sgemm_us;  // of the plain products, as far as known
    const CudaTimer& timer;
    const std::string& plans;  // see plans.h
    TimingResults& results;
    Failures& failures;
};

// Bernoulli masks at the drop rates, regenerated, in every precision that has kernels; at 1/2 also packed, stored while
// drawn, Gaussian and partial Gaussian; no mask. Each result is checked first.
void time_connections(const TimedLayer& timed, const std::vector<double>& drop_rates);

// Forward, dx and dw as one CUDA graph, one after the other and with dx beside dw: at the drop rate 1/2 in every
// precision that has kernels, and without a mask. The graph's results are the passes' own, bit for bit.
void time_steps(const TimedLayer& timed);
