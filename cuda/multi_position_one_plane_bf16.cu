// Multi-position kernels: bits of one plane, p = 1/2, in bf16.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(one_plane, OnePlane, bf16, Bf16)
