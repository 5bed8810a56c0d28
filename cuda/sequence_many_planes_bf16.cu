// Masks over sequences: bits of any number of planes, in bf16.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(many_planes, ManyPlanes, bf16, Bf16)
