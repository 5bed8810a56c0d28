/**
 * PerNodeDrop's products on memory that others own: the heart of the library, for frameworks and for code that has its own
 * network.
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
 * <h2>How the packages divide the work</h2>
 *
 * <ul>
 *   <li>{@link org.pernodedrop.mask} defines m; its {@code Mask} gives every value, and both implementations draw these.
 *   <li>This package holds what a product is told, and no arithmetic: {@link org.pernodedrop.kernels.MaskDraw} (which mask,
 *       samples and {@link org.pernodedrop.kernels.ConnectionShape}), {@link org.pernodedrop.kernels.ForwardPass} and {@link
 *       org.pernodedrop.kernels.BackwardPass} (the operands, arrays or addresses), {@link
 *       org.pernodedrop.kernels.HostMatrix} and {@link org.pernodedrop.kernels.DeviceMatrix}, and the checks that public
 *       methods share, {@link org.pernodedrop.kernels.Arguments}.
 *   <li>{@link org.pernodedrop.kernels.cpu} multiplies arrays and direct buffers. Public: {@link
 *       org.pernodedrop.kernels.cpu.HostKernels}.
 *   <li>{@link org.pernodedrop.kernels.cuda} launches kernels on addresses in a GPU's memory. Public: {@link
 *       org.pernodedrop.kernels.cuda.PointerKernels}, in the caller's context and stream. The kernels' source is in the
 *       project's folder {@code cuda}.
 * </ul>
 *
 * Backends are thin: they take arrays and addresses out of their buffers, once, and call the same products.
 *
 * <h2>From a MaskDraw and a ForwardPass to a launch</h2>
 *
 * <ol>
 *   <li>{@code PointerPlan.forward}, or the backend, checks the operands and takes their addresses; kernels trust.
 *   <li>{@link org.pernodedrop.kernels.cuda.MaskedProductLauncher#forward} chooses the kernel's {@link
 *       org.pernodedrop.kernels.cuda.MaskSource} by noise, drop rate and packed bits. Products whose samples have several
 *       positions go on to the multi-position kernels, on tensor cores.
 *   <li>{@link org.pernodedrop.kernels.cuda.ConnectionPlan} chooses tile and splits (split-K), and whether the kernel reads
 *       rounded copies of the factors, by shape, alignment, {@link org.pernodedrop.kernels.Precision} and GPU; plans are kept.
 *   <li>{@link org.pernodedrop.kernels.cuda.KernelLauncher} writes the arguments, checked against the kernel's signature in
 *       {@code kernels.json}, and calls {@code cuLaunchKernel}; if the sum was split, a second kernel adds the parts.
 * </ol>
 *
 * On the CPU, {@code HostKernels.forward} checks, and {@link org.pernodedrop.kernels.cpu.TiledProducts#forward} hands tiles
 * to the threads: each draws its part of the mask and multiplies with it, in a scalar or a vector implementation.
 *
 * <h2>What holds everywhere</h2>
 *
 * <p>The mask m is a pure function of (seed, layer, step, sample, input, output), the same on CPU and GPU: Bernoulli
 * and Gaussian masks bit for bit. So a batch may be split into calls ({@code firstSample} says where one
 * begins), and the backward pass needs nothing of the forward pass but the same numbers.
 *
 * <p>Sizes: B samples, T positions of a sample that share its mask (1 for ordinary layers), I inputs, U outputs. Source:
 * Omathil and Sreeja, "PerNodeDrop", arXiv 2512.12663.
 */
package org.pernodedrop.kernels;
