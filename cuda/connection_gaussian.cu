// Connection kernels: Gaussian noise on every connection.
#include "connection_kernels.cuh"

CONNECTION_NORMALS_KERNELS(gaussian, Gaussian)
