// Connection kernels on sparse tensor cores, with factors of one bf16: Bernoulli masks that mask_pack, or a forward
// pass in single precision, has stored.
#include "connection_sparse_kernels.cuh"

CONNECTION_BF16_KERNELS(packed, Packed)
