package org.pernodedrop.train;

/** Tracks the validation loss: whether it is the lowest so far, and whether training should stop. */
public final class EarlyStopping {
    private final int patience;
    private double best = Double.POSITIVE_INFINITY;
    private int waited;

    /**
     * Starts without epochs.
     *
     * @param patience consecutive epochs without a new lowest loss after which training stops, at least 1; 0 for never
     */
    public EarlyStopping(int patience) {
        if (patience < 0) {
            throw new IllegalArgumentException("patience must be at least 1, or 0 for off: patience=" + patience);
        }
        this.patience = patience;
    }

    /** Adds the validation loss of an epoch; returns whether it is the lowest so far. */
    public boolean improvedBy(double validationLoss) {
        boolean improved = validationLoss < best;
        if (improved) {
            best = validationLoss;
            waited = 0;
        } else {
            waited++;
        }
        return improved;
    }

    /** Whether training should stop. */
    public boolean stops() {
        return patience > 0 && waited >= patience;
    }
}
