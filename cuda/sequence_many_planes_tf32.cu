// Masks over sequences: bits of any number of planes, in TF32.
#include "sequence_kernels.cuh"

SEQUENCE_KERNELS(many_planes, ManyPlanes, tf32, Tf32)
