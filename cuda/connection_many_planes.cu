// Connection kernels: Bernoulli masks of any number of planes up to 16.
#include "connection_kernels.cuh"

CONNECTION_KERNELS(many_planes, ManyPlanes)
