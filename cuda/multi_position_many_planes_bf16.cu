// Multi-position kernels: bits of any number of planes, in bf16.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(many_planes, ManyPlanes, bf16, Bf16)
