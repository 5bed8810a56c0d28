// Multi-position kernels: bits of one plane, p = 1/2, in TF32.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(one_plane, OnePlane, tf32, Tf32)
