/**
 * CUDA kernels as PTX, and the {@linkplain org.pernodedrop.backend.cuda.PtxModule catalogue} of what each module holds:
 * the names, parameters and block sizes that a launch needs. The sources are in the project's folder {@code cuda}.
 */
package org.pernodedrop.backend.cuda;
