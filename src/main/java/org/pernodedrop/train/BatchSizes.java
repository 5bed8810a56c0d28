package org.pernodedrop.train;

import org.pernodedrop.nn.NetworkSpec;

/**
 * How the examples of an epoch are cut into batches: as many of the size asked for as there are, and one of what is left. A
 * single example that is left joins the batch before it where the network cannot learn from one alone ({@link
 * NetworkSpec#needsSeveralSamples}).
 *
 * @param examples of an epoch, at least 1
 * @param size of a batch, at least 1
 * @param joinsSingle whether a last batch of one example joins the one before
 */
record BatchSizes(int examples, int size, boolean joinsSingle) {
    /** Those of a training; a network that it cannot train is refused. */
    static BatchSizes of(NetworkSpec network, TrainingConfig config, int examples) {
        boolean several = network.needsSeveralSamples();
        if (several && (examples < 2 || config.batchSize() < 2)) {
            throw new IllegalArgumentException("batch normalization of one value a channel needs at least 2 examples in"
                    + " every batch; take a larger --batch-size and more examples: batchSize=" + config.batchSize()
                    + ", training examples=" + examples);
        }
        return new BatchSizes(examples, config.batchSize(), several);
    }

    /** Those of what is only evaluated. */
    static BatchSizes of(int examples, int size) {
        return new BatchSizes(examples, size, false);
    }

    /** Examples of the batch that comes after so many; 0 if that was all. */
    int after(int taken) {
        int left = examples - taken;
        return joinsSingle && left - 1 == size ? left : Math.min(size, left);
    }

    /** Batches of an epoch. */
    int steps() {
        int whole = (examples - 1) / size + 1;
        return joins() ? whole - 1 : whole;
    }

    /** Examples of the largest batch. */
    int largest() {
        return joins() ? size + 1 : Math.min(size, examples);
    }

    /** Examples before a batch, by its number from 0. */
    int before(int step) {
        return step * size;
    }

    private boolean joins() {
        return joinsSingle && examples > size && (examples - 1) % size == 0;
    }
}
