package org.pernodedrop.nn;

import org.pernodedrop.strategy.StrategyChoice;

/**
 * How a layer with a mask on every connection is computed.
 *
 * @param layer its number, from 0
 * @param choice the strategy, and why
 * @param maskBytes that hold mask values from the forward to the backward pass
 */
public record LayerStrategy(int layer, StrategyChoice choice, long maskBytes) {}
