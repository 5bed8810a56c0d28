/**
 * The CUDA kernels: their PTX, and the {@linkplain org.pernodedrop.kernels.cuda.PtxModule catalogue} of what each
 * module holds; names, parameters, block sizes, grids and plans, which is all that a launch needs, by whatever binding to
 * CUDA. The sources are in the project's folder {@code cuda}.
 */
package org.pernodedrop.kernels.cuda;
