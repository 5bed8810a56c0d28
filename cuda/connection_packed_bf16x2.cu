// Connection kernels on sparse tensor cores, with factors of two bf16: Bernoulli masks that mask_pack, or a forward
// pass in single precision, has stored.
#include "connection_sparse_kernels.cuh"

CONNECTION_BF16X2_KERNELS(packed, Packed)
