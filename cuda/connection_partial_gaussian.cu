// Connection kernels: Gaussian noise on the connections that a Bernoulli bit drops.
#include "connection_kernels.cuh"

CONNECTION_NORMALS_KERNELS(partial_gaussian, PartialGaussian)
