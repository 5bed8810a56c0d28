package org.pernodedrop.app.compare;

/**
 * What differs between runs from the same seed.
 *
 * @param regularizer what is done against overfitting
 * @param dropRate p, in [0, 1); null without a regularizer
 */
public record Setting(ComparedRegularizer regularizer, Double dropRate) {
    /** Refuses a drop rate where there is nothing to drop, and the reverse. */
    public Setting {
        if (regularizer.drops() != (dropRate != null)) {
            throw new IllegalArgumentException(
                    "regularizers other than none have a drop rate, and none has none: regularizer=" + regularizer
                            + ", dropRate=" + dropRate);
        }
    }

    /** As in "dropout, p = 0.3". */
    @Override
    public String toString() {
        return dropRate == null ? regularizer.toString() : regularizer + ", p = " + dropRate;
    }
}
