package org.pernodedrop.kernels;

/**
 * The operands of a backward pass: {@code dx = dz (w m)^T}, {@code dw = sum_b m x^T dz}, {@code db = sum_b dz}.
 *
 * @param <T> where a matrix lies: an array, a device's buffer, an address
 * @param x {@code [B T, I]}, the forward pass's
 * @param w {@code [I, U]}, the forward pass's
 * @param dz {@code [B T, U]}, the gradient of the sums before the activation
 * @param dx {@code [B T, I]}, or null if not wanted
 * @param dw {@code [I, U]}, or null if not wanted
 * @param db {@code [U]}, or null if not wanted
 */
public record BackwardPass<T>(T x, T w, T dz, T dx, T dw, T db) {}
