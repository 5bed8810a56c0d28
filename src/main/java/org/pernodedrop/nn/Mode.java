package org.pernodedrop.nn;

/** What a forward pass is for. Fixed masks are applied in every mode. */
public enum Mode {
    /** Masks on; a backward pass may follow. */
    TRAINING,

    /** Masks off, and nothing rescaled: every mask has mean 1. */
    INFERENCE,

    /** Masks on without a backward pass: one draw of many, whose mean and spread tell how sure a network is. */
    MONTE_CARLO;

    /** Whether masks that are not fixed are applied. */
    public boolean drawsMasks() {
        return this != INFERENCE;
    }
}
