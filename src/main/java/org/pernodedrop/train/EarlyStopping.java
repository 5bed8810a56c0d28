package org.pernodedrop.train;

/** Follows the validation loss: whether it is the lowest so far, and whether it has stopped falling. */
public final class EarlyStopping {
    private final int patience;
    private double best = Double.POSITIVE_INFINITY;
    private int waited;

    /**
     * With a patience.
     *
     * @param patience epochs in a row that may pass without a new lowest loss, at least 1; 0 never stops
     */
    public EarlyStopping(int patience) {
        if (patience < 0) {
            throw new IllegalArgumentException("patience must be at least 1, or 0 for off: patience=" + patience);
        }
        this.patience = patience;
    }

    /** Takes the validation loss of one more epoch; whether it is lower than all before. */
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

    /** Whether training should stop after the epochs so far. */
    public boolean stops() {
        return patience > 0 && waited >= patience;
    }
}
