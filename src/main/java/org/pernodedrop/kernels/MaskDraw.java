package org.pernodedrop.kernels;

/**
 * What is masked in a product: which mask, for which samples of the global batch, over which connections.
 *
 * @param <M> what names a mask: its values at one step, or a layer and a state that holds the step
 * @param <P> what holds packed bits: an array or a buffer
 * @param mask of connection granularity, not fixed; a drop rate of 0 makes an ordinary dense layer
 * @param firstSample index of sample 0 in the global batch, at least 0
 * @param shape B samples of T positions, I inputs, U outputs
 * @param packed kept bits, written by the forward pass and read by the backward passes of the same mask, first sample and
 *     shape; null to have the bits drawn again there, which costs time and no memory. Only for Bernoulli noise and one
 *     position a sample
 */
public record MaskDraw<M, P>(M mask, int firstSample, ConnectionShape shape, P packed) {}
