/**
 * The CUDA kernels: their PTX, the {@linkplain org.pernodedrop.kernels.cuda.KernelCatalogue catalogue} of their names,
 * parameters, blocks and tiles, and the grids and plans of their launches. The sources are in the project's folder {@code
 * cuda}.
 */
package org.pernodedrop.kernels.cuda;
