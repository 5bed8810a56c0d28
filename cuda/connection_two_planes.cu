// Connection kernels: Bernoulli masks of two planes: p = 1/4, 3/4.
#include "connection_kernels.cuh"

CONNECTION_KERNELS(two_planes, TwoPlanes)
