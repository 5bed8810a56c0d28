package org.pernodedrop.mask;

import java.util.Locale;

/** What one mask value is drawn for. */
public enum Granularity {
    /** Every connection of every sample: mask {@code [B, I, U]}, the PerNodeDrop paper's definition. */
    CONNECTION,

    /** Every output of every sample: mask {@code [B, U]}, the connection mask at input 0; its author's second variant. */
    NODE;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
