// Masks over sequences: normals, in bf16.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(gaussian, Gaussian, bf16, Bf16)
