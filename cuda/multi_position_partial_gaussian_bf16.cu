// Multi-position kernels: normals where bits say so, in bf16.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(partial_gaussian, PartialGaussian, bf16, Bf16)
