// Connection kernels: Bernoulli masks that a forward pass, or mask_pack, has stored.
#include "connection_kernels.cuh"

CONNECTION_KERNELS(packed, Packed)
