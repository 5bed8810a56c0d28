/**
 * PerNodeDrop's products on the CPU, in Java on all cores, on the caller's arrays and buffers.
 *
 * <p>{@link org.pernodedrop.kernels.cpu.HostKernels} is the public entry. {@link
 * org.pernodedrop.kernels.cpu.TiledProducts} computes in tiles that draw their part of the mask while they compute, in a
 * scalar and a vector implementation that give the same bits; where positions share a mask, OpenBLAS multiplies. No result
 * depends on the number of threads.
 */
package org.pernodedrop.kernels.cpu;
