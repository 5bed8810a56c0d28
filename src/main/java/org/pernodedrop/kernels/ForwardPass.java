package org.pernodedrop.kernels;

/**
 * The operands of a forward pass: {@code z = x (w m) + bias}, {@code y = act(z)}.
 *
 * @param <T> where a matrix lies: an array, a device's buffer, an address
 * @param activation act
 * @param x {@code [B T, I]}
 * @param w {@code [I, U]}
 * @param bias {@code [U]}, or null for none
 * @param z {@code [B T, U]}, the sums before the activation
 * @param y {@code [B T, U]}; null if only z is wanted; may be z if the activation is linear
 */
public record ForwardPass<T>(Activation activation, T x, T w, T bias, T z, T y) {}
