package org.pernodedrop.mask;

import java.util.Locale;

/** The unit that one mask value is drawn for. */
public enum Granularity {
    /** Every connection of every sample, mask {@code [B, I, U]}: the definition of the PerNodeDrop paper. */
    CONNECTION,

    /**
     * Every output of every sample, mask {@code [B, U]}, the connection mask at input 0: the second variant of the
     * paper's author.
     */
    NODE;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
