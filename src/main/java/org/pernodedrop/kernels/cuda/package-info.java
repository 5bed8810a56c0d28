/**
 * The CUDA kernels: their PTX, the {@linkplain org.pernodedrop.kernels.cuda.KernelCatalogue facts} that any binding to CUDA
 * needs for a launch, plans of the masked products, and launchers that work on addresses. {@link
 * org.pernodedrop.kernels.cuda.PointerKernels} is the public way to them, on memory, stream and context of the caller. The
 * sources are in the project's folder {@code cuda}.
 */
package org.pernodedrop.kernels.cuda;
