/**
 * The backend for any machine: Java on all cores.
 *
 * <p>PerNodeDrop products are computed in tiles whose masks are drawn on the spot, by twins in plain Java and in the Vector
 * API that give the same bits; ordinary matrix products come from OpenBLAS through netlib. No result depends on the
 * number of threads.
 */
package org.pernodedrop.backend.cpu;
