/**
 * The {@linkplain org.pernodedrop.backend.cuda.CudaBackend backend} for NVIDIA GPUs, over JCuda, and how the {@linkplain
 * org.pernodedrop.backend.cuda.CudaLibraries libraries} it needs are found.
 *
 * <p>Its CUDA kernels are PTX, in a {@linkplain org.pernodedrop.backend.cuda.PtxModule catalogue} of what each module
 * holds: the names, parameters and block sizes that a launch needs. The sources are in the project's folder {@code cuda}.
 */
package org.pernodedrop.backend.cuda;
