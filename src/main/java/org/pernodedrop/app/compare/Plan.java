package org.pernodedrop.app.compare;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The runs of a comparison: every regularizer at every drop rate (none once), from every seed.
 *
 * @param regularizers what is compared
 * @param dropRates the rates that each is tried at
 * @param seeds number of seeds, which are 1, 2, ...
 */
public record Plan(List<ComparedRegularizer> regularizers, List<Double> dropRates, int seeds) {
    /** A planned run. */
    public record Task(Setting setting, long seed) {}

    /** Removes duplicates; refuses less than one seed, and an empty list of drop rates where a regularizer has one. */
    public Plan {
        regularizers = regularizers.stream().distinct().toList();
        dropRates = dropRates.stream().distinct().toList();
        if (seeds < 1) {
            throw new IllegalArgumentException("seeds must be at least 1: seeds=" + seeds);
        }
        if (dropRates.isEmpty() && regularizers.stream().anyMatch(ComparedRegularizer::drops)) {
            throw new IllegalArgumentException("dropRates must hold at least one rate: dropRates=[]");
        }
    }

    /** All runs, seed by seed. */
    public List<Task> tasks() {
        List<Task> tasks = new ArrayList<>();
        for (long seed = 1; seed <= seeds; seed++) {
            for (ComparedRegularizer regularizer : regularizers) {
                if (!regularizer.drops()) {
                    tasks.add(new Task(new Setting(regularizer, null), seed));
                    continue;
                }
                for (double rate : dropRates) {
                    tasks.add(new Task(new Setting(regularizer, rate), seed));
                }
            }
        }
        return tasks;
    }

    /** Those that are not done. */
    public List<Task> missing(List<ComparedRun> done) {
        Set<Task> finished = new HashSet<>();
        done.forEach(run -> finished.add(new Task(run.setting(), run.seed())));
        return tasks().stream().filter(task -> !finished.contains(task)).toList();
    }

    /** Those of the runs that are part of it. */
    public List<ComparedRun> ownOf(List<ComparedRun> runs) {
        Set<Task> own = new HashSet<>(tasks());
        return runs.stream()
                .filter(run -> own.contains(new Task(run.setting(), run.seed())))
                .toList();
    }

    /**
     * The settings in which runs of one seed differ.
     *
     * @param regularizer what is done against overfitting
     * @param dropRate p, in [0, 1); null without a regularizer
     */
    public record Setting(ComparedRegularizer regularizer, Double dropRate) {
        /** Requires a drop rate exactly for regularizers that have one. */
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
}
