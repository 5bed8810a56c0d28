// Multi-position kernels: normals, in TF32.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(gaussian, Gaussian, tf32, Tf32)
