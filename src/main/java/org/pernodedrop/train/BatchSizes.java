package org.pernodedrop.train;

import org.pernodedrop.nn.NetworkSpec;

/**
 * Divides the examples of an epoch into batches of the configured size; the last batch holds the remainder. A remainder
 * of one example joins the batch before if the network cannot train on a single sample
 * ({@link NetworkSpec#needsSeveralSamples}).
 *
 * @param examples of an epoch, at least 1
 * @param size of a batch, at least 1
 * @param joinsSingle whether a last batch of one example joins the one before
 */
record BatchSizes(int examples, int size, boolean joinsSingle) {
    /** The batches of a training; refuses a network that such batches cannot train. */
    static BatchSizes of(NetworkSpec network, TrainingConfig config, int examples) {
        boolean several = network.needsSeveralSamples();
        if (several && (examples < 2 || config.batchSize() < 2)) {
            throw new IllegalArgumentException("batch normalization of one value a channel needs at least 2 examples in"
                    + " every batch; take larger batches (--batch-size) and more examples: batchSize="
                    + config.batchSize()
                    + ", training examples=" + examples);
        }
        return new BatchSizes(examples, config.batchSize(), several);
    }

    /** The batches of an evaluation. */
    static BatchSizes of(int examples, int size) {
        return new BatchSizes(examples, size, false);
    }

    /** Size of the batch after so many examples; 0 after the last. */
    int after(int taken) {
        int left = examples - taken;
        return joinsSingle && left - 1 == size ? left : Math.min(size, left);
    }

    /** Number of batches of an epoch. */
    int steps() {
        int whole = (examples - 1) / size + 1;
        return joins() ? whole - 1 : whole;
    }

    /** Size of the largest batch. */
    int largest() {
        return joins() ? size + 1 : Math.min(size, examples);
    }

    /** Number of examples before a batch, which is numbered from 0. */
    int before(int step) {
        return step * size;
    }

    private boolean joins() {
        return joinsSingle && examples > size && (examples - 1) % size == 0;
    }
}
