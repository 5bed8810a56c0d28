package org.pernodedrop.data;

import java.util.Arrays;

/**
 * Positions of what is left for training and of the part that is split off, every class in its share; {@link
 * DataSource#load} says how.
 *
 * @param train positions, in the order of the permutation
 * @param part positions that are split off, likewise; empty if no class has two examples
 */
record StratifiedSplit(int[] train, int[] part) {
    static StratifiedSplit of(int[] labels, int classes, long seed, int purpose, double fraction) {
        int[] wanted = new int[classes];
        for (int label : labels) {
            wanted[label]++;
        }
        for (int label = 0; label < classes; label++) {
            int examples = wanted[label];
            int share = (int) Math.floor(examples * fraction + 0.5);
            wanted[label] = Math.min(Math.max(share, 1), Math.max(examples - 1, 0));
        }
        int[] part = new int[Arrays.stream(wanted).sum()];
        int[] train = new int[labels.length - part.length];
        int trained = 0;
        int parted = 0;
        for (int position : Permutation.of(labels.length, seed, purpose, 0)) {
            if (wanted[labels[position]]-- > 0) {
                part[parted++] = position;
            } else {
                train[trained++] = position;
            }
        }
        return new StratifiedSplit(train, part);
    }
}
