// Masks over sequences: normals where bits say so, in TF32.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(partial_gaussian, PartialGaussian, tf32, Tf32)
