// curand_draws of curand_draws.h, for programs that must not see NVIDIA's headers.
#pragma once

#include <cstdint>

void curand_draws_on_host(
    uint64_t seed, uint32_t layer, uint32_t step, uint32_t sample, uint32_t quad, uint32_t output, uint32_t plane,
    uint32_t* key, uint32_t* words, float* normals);
