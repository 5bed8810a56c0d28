package org.pernodedrop.strategy;

import java.util.Locale;

/** How a layer with a mask on every connection is computed. */
public enum Strategy {
    /** The fastest of those that draw the defined mask, by shape, planes and free memory. */
    AUTO,
    /** The mask is drawn anew in each pass and never stored. */
    FUSED,
    /** The forward pass stores a bit a connection, the backward passes read it. */
    PACKED,
    /** The whole mask is stored as floats, {@code [B, I, U]}: what one would write without fused kernels. */
    MATERIALIZED,
    /** Gaussian noise drawn at the outputs instead of the connections: the same distribution, another sample. */
    REPARAMETERIZED;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
