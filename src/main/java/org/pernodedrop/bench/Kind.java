package org.pernodedrop.bench;

import java.util.Locale;

/** What is timed. */
public enum Kind {
    /** The PerNodeDrop layer: the mask is drawn on the way. */
    PERNODEDROP,
    /** The plain dense layer, without a mask. */
    DENSE,
    /** The same layer as {@link #PERNODEDROP} with the mask in memory, {@code [B, I, U]}. */
    MATERIALIZED;

    /** The name in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
