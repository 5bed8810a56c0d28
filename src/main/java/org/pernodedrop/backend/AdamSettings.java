package org.pernodedrop.backend;

/**
 * Constants of Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019).
 *
 * @param beta1 decay of the mean of gradients, in [0, 1)
 * @param beta2 decay of the mean of squared gradients, in [0, 1)
 * @param epsilon added to the root in the denominator, above 0
 * @param weightDecay decoupled decay per unit of learning rate, at least 0; 0 is plain Adam
 */
public record AdamSettings(float beta1, float beta2, float epsilon, float weightDecay) {
    /** Refuses constants out of range. */
    public AdamSettings {
        if (!(beta1 >= 0 && beta1 < 1)) {
            throw new IllegalArgumentException("beta1 must be in [0, 1): beta1=" + beta1);
        }
        if (!(beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("beta2 must be in [0, 1): beta2=" + beta2);
        }
        if (!(epsilon > 0 && epsilon < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon must be finite and above 0: epsilon=" + epsilon);
        }
        if (!(weightDecay >= 0 && weightDecay < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("weightDecay must be finite and at least 0: weightDecay=" + weightDecay);
        }
    }
}
