/**
 * The {@linkplain org.pernodedrop.backend.cuda.CudaBackend backend} for NVIDIA GPUs, over JCuda: memory, streams, graphs and
 * the launches of the kernels.
 */
package org.pernodedrop.backend.cuda;
