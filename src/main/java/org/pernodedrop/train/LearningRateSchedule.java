package org.pernodedrop.train;

import java.util.Locale;

/** How the learning rate changes from epoch to epoch. */
public enum LearningRateSchedule {
    /** It does not. */
    CONSTANT,
    /** Half a cosine wave down towards 0; Loshchilov and Hutter 2017, without restarts. */
    COSINE,
    /** A tenth after half of the epochs, a hundredth after three quarters. */
    STEP;

    /**
     * What the learning rate is multiplied by.
     *
     * @param epoch number of the epoch, in [1, epochs]
     * @param epochs number of epochs, at least 1
     * @return in (0, 1], 1 in the first epoch
     * @throws IllegalArgumentException if the epoch is out of its range
     */
    public double factor(int epoch, int epochs) {
        if (epoch < 1 || epoch > epochs) {
            throw new IllegalArgumentException("epoch must be in [1, " + epochs + "]: epoch=" + epoch);
        }
        double done = (epoch - 1.0) / epochs;
        return switch (this) {
            case CONSTANT -> 1;
            case COSINE -> (1 + Math.cos(Math.PI * done)) / 2;
            case STEP -> done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01;
        };
    }

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
