package org.pernodedrop.nn;

import java.util.Locale;

/** What training minimises: the mean over the samples of a batch. */
public enum Loss {
    /**
     * {@code -ln softmax(y[b])[label[b]]}, softmax included: the last layer gives logits. Needs labels, {@link
     * org.pernodedrop.backend.DeviceInts} {@code [B]} in [0, U).
     */
    SOFTMAX_CROSS_ENTROPY,

    /**
     * {@code mean_u (y[b, u] - t[b, u])^2}. Needs float targets t, {@link org.pernodedrop.backend.DeviceFloats} {@code
     * [B, U]}.
     */
    MEAN_SQUARED_ERROR;

    /** The name on the command line and in files: lower case, with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
