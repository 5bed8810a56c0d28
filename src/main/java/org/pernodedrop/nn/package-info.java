/**
 * Networks: descriptions of layers, losses and optimizers, and the {@link org.pernodedrop.nn.Network} that runs them.
 *
 * <p>Descriptions ({@link org.pernodedrop.nn.Layer}, {@link org.pernodedrop.nn.Optimizer}, {@link
 * org.pernodedrop.nn.NetworkSpec}) are immutable values; a network is what one of them becomes on a {@link
 * org.pernodedrop.backend.Backend}. This package determines shapes and owns buffers; the backend computes all numbers.
 *
 * <p>Notation: B samples in a batch, I inputs, U outputs, {@code x [B, I]}, {@code w [I, U]}, {@code y [B, U]}, all
 * row-major.
 */
package org.pernodedrop.nn;
