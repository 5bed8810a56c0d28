/**
 * The kernels without the rest: PerNodeDrop's products on memory that others own, for frameworks and for code that has its
 * own network.
 *
 * <p>{@link org.pernodedrop.kernels.cpu.HostKernels} works on arrays and direct buffers of the host, {@link
 * org.pernodedrop.kernels.cuda.PointerKernels} on addresses in a GPU's memory, in the caller's context and stream. From the same
 * arguments they compute:
 *
 * <pre>
 *   forward   z[b, t, u]  = sum_i x[b, t, i] w[i, u] m[first + b, i, u] + bias[u]      y = act(z)
 *   backward  dx[b, t, i] = sum_u dz[b, t, u] w[i, u] m[first + b, i, u]
 *             dw[i, u]    = sum_b m[first + b, i, u] sum_t dz[b, t, u] x[b, t, i]
 *             db[u]       = sum_b sum_t dz[b, t, u]
 *   pack      the kept bits of m, one a connection, for later passes to read
 *   export    m itself
 * </pre>
 *
 * <p>The mask m is a pure function of (seed, layer, step, sample, input, output), the same on CPU and GPU: Bernoulli
 * and Gaussian masks bit for bit. So a batch may be split into calls ({@code firstSample} says where one
 * begins), and the backward pass needs nothing of the forward pass but the same numbers.
 *
 * <p>Sizes: B samples, T positions of a sample that share its mask (1 for ordinary layers), I inputs, U outputs. Source:
 * Omathil and Sreeja, "PerNodeDrop", arXiv 2512.12663.
 */
package org.pernodedrop.kernels;
