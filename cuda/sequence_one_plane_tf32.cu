// Masks over sequences: bits of one plane, p = 1/2, in TF32.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(one_plane, OnePlane, tf32, Tf32)
