// Masks over sequences: bits of one plane, p = 1/2, in bf16.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(one_plane, OnePlane, bf16, Bf16)
