// Connection kernels: Bernoulli masks of one plane: p = 1/2.
#include "connection_kernels.cuh"

CONNECTION_KERNELS(one_plane, OnePlane)
