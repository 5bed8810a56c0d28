// Masks over sequences: normals, in TF32.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(gaussian, Gaussian, tf32, Tf32)
