package org.pernodedrop.train;

import java.util.Locale;

/** Optimizers by name. */
public enum OptimizerKind {
    /** {@link org.pernodedrop.nn.Sgd}. */
    SGD,
    /** {@link org.pernodedrop.nn.Adam}. */
    ADAM,
    /** {@link org.pernodedrop.nn.AdamW}. */
    ADAMW;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
