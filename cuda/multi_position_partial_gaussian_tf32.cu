// Multi-position kernels: normals where bits say so, in TF32.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(partial_gaussian, PartialGaussian, tf32, Tf32)
