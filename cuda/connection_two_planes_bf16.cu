// Connection kernels on sparse tensor cores, with factors of one bf16: Bernoulli masks of two planes: p = 1/4 or 3/4.
#include "connection_sparse_kernels.cuh"

CONNECTION_BF16_KERNELS(two_planes, TwoPlanes)
