package org.pernodedrop.data;

import java.util.Arrays;

/**
 * Positions of the training and of the validation part, every class in its share; {@link DataSource#load} says how.
 *
 * @param train positions, in the order of the permutation
 * @param validation positions, likewise; empty if no class has two examples
 */
record StratifiedSplit(int[] train, int[] validation) {
    static StratifiedSplit of(int[] labels, int classes, long seed, double validationFraction) {
        int[] wanted = new int[classes];
        for (int label : labels) {
            wanted[label]++;
        }
        for (int label = 0; label < classes; label++) {
            int examples = wanted[label];
            int share = (int) Math.floor(examples * validationFraction + 0.5);
            wanted[label] = Math.min(Math.max(share, 1), Math.max(examples - 1, 0));
        }
        int[] validation = new int[Arrays.stream(wanted).sum()];
        int[] train = new int[labels.length - validation.length];
        int trained = 0;
        int validated = 0;
        for (int position : Permutation.of(labels.length, seed, Permutation.SPLIT, 0)) {
            if (wanted[labels[position]]-- > 0) {
                validation[validated++] = position;
            } else {
                train[trained++] = position;
            }
        }
        return new StratifiedSplit(train, validation);
    }
}
