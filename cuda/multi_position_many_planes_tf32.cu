// Multi-position kernels: bits of any number of planes, in TF32.
#include "multi_position_kernels.cuh"

MULTI_POSITION_KERNELS(many_planes, ManyPlanes, tf32, Tf32)
