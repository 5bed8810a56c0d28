// Connection kernels: No mask: the same tiles, as a yardstick for what a mask costs.
#include "connection_kernels.cuh"

CONNECTION_KERNELS(unmasked, Unmasked)
