#include "curand_host.h"

#include "curand_draws.h"

void curand_draws_on_host(
    uint64_t seed, uint32_t layer, uint32_t step, uint32_t sample, uint32_t quad, uint32_t output, uint32_t plane,
    uint32_t* key, uint32_t* words, float* normals) {
    curand_draws(seed, layer, step, sample, quad, output, plane, key, words, normals);
}
