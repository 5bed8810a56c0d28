/**
 * The backend for any machine: buffers in Java's heap, and operations in Java on all cores. Masked products are those of
 * {@link org.pernodedrop.kernels.cpu}; ordinary matrix products come from OpenBLAS through netlib. No result depends on the
 * number of threads.
 */
package org.pernodedrop.backend.cpu;
