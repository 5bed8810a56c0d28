package org.pernodedrop.train;

import java.util.Locale;

/** How hidden layers are regularised. */
public enum Regularizer {
    /** Not at all: plain dense layers. */
    NONE,
    /** {@link org.pernodedrop.nn.Dropout} after each hidden layer. */
    DROPOUT,
    /** {@link org.pernodedrop.nn.GaussianDropout} after each hidden layer. */
    GAUSSIAN_DROPOUT,
    /** {@link org.pernodedrop.nn.DropConnectDense} as hidden layers: one mask a batch. */
    DROPCONNECT,
    /** {@link org.pernodedrop.nn.PerNodeDropDense} as hidden layers: a mask for every sample. */
    PERNODEDROP;

    /** The name on the command line and in files: lower case, with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
