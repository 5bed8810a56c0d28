// Masks over sequences: normals where bits say so, in bf16.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(partial_gaussian, PartialGaussian, bf16, Bf16)
