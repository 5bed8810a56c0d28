// Times every kind of connection kernel for one layer.
#pragma once

#include <map>
#include <vector>

#include "cuda_timer.h"
#include "layer_operands.h"
#include "timing_results.h"

// Bernoulli masks at the drop rates, regenerated; at 1/2 also packed, stored while drawn, Gaussian and partial
// Gaussian; no mask. Each result is checked first. sgemm_us: the times of the plain products, as far as known. plans:
// see plans.h.
void time_connections(
    LayerOperands& layer, const std::vector<double>& drop_rates, const std::map<ConnectionPass, double>& sgemm_us,
    const CudaTimer& timer, const std::string& plans, TimingResults& results, Failures& failures);
