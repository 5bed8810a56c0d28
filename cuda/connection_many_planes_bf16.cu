// Connection kernels on sparse tensor cores, with factors of one bf16: Bernoulli masks of any number of planes up
// to 16.
#include "connection_sparse_kernels.cuh"

CONNECTION_BF16_KERNELS(many_planes, ManyPlanes)
