// Multi-position kernels: normals, in bf16.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(gaussian, Gaussian, bf16, Bf16)
