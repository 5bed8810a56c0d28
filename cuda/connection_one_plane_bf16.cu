// Connection kernels on sparse tensor cores, with factors of one bf16: Bernoulli masks of one plane: p = 1/2.
#include "connection_sparse_kernels.cuh"

CONNECTION_BF16_KERNELS(one_plane, OnePlane)
