package org.pernodedrop.train;

import java.util.Locale;
import java.util.Objects;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.Optimizer;
import org.pernodedrop.nn.Sgd;

/**
 * How a network is trained; what it is says {@link ModelConfig}.
 *
 * <pre>{@code TrainingConfig.builder().epochs(10).batchSize(128).learningRate(3e-4).build()}</pre>
 *
 * @param epochs passes over the training part, at least 1
 * @param batchSize samples in a step, at least 1; the last step of an epoch takes what is left
 * @param optimizer how parameters follow their gradients
 * @param momentum of sgd, in [0, 1); not used by the others
 * @param weightDecay of adamw, finite and at least 0; not used by the others
 * @param learningRate of the first epoch, finite and above 0
 * @param schedule how it changes
 * @param patience see {@link EarlyStopping}
 * @param seed order of the samples, initial parameters and masks follow from it
 */
public record TrainingConfig(
        int epochs,
        int batchSize,
        OptimizerKind optimizer,
        double momentum,
        double weightDecay,
        double learningRate,
        LearningRateSchedule schedule,
        int patience,
        long seed) {
    /** Momentum unless set. */
    public static final double DEFAULT_MOMENTUM = 0.9;

    /** Weight decay unless set. */
    public static final double DEFAULT_WEIGHT_DECAY = 0.01;

    /** Refuses nulls and values out of range; {@link #builder} reads better. */
    public TrainingConfig {
        Objects.requireNonNull(optimizer, "optimizer");
        Objects.requireNonNull(schedule, "schedule");
        require(epochs >= 1, "epochs must be at least 1: epochs=" + epochs);
        require(batchSize >= 1, "batchSize must be at least 1: batchSize=" + batchSize);
        require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1): momentum=" + momentum);
        // In single precision, as the backend computes.
        require(
                weightDecay >= 0 && weightDecay <= Float.MAX_VALUE,
                "weightDecay must be finite and at least 0: weightDecay=" + weightDecay);
        require(
                learningRate > 0 && learningRate <= Float.MAX_VALUE,
                "learningRate must be finite and above 0: learningRate=" + learningRate);
        require(patience >= 0, "patience must be at least 1, or 0 for off: patience=" + patience);
    }

    /** Starts with 30 epochs, batches of 64, Adam at 0.001, constant, without early stopping, seed 0. */
    public static Builder builder() {
        return new Builder();
    }

    /** The same from another seed. */
    public TrainingConfig withSeed(long seed) {
        return new TrainingConfig(
                epochs, batchSize, optimizer, momentum, weightDecay, learningRate, schedule, patience, seed);
    }

    /** The optimizer with its settings. */
    public Optimizer newOptimizer() {
        return switch (optimizer) {
            case SGD -> Sgd.momentum(momentum);
            case ADAM -> Adam.standard();
            case ADAMW -> AdamW.weightDecay(weightDecay);
        };
    }

    /** The learning rate of an epoch, from 1. */
    public float learningRate(int epoch) {
        return (float) (learningRate * schedule.factor(epoch, epochs));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Settings of a training; the record's components say what they are. */
    public static final class Builder {
        private int epochs = 30;
        private int batchSize = 64;
        private OptimizerKind optimizer = OptimizerKind.ADAM;
        private double momentum = DEFAULT_MOMENTUM;
        private double weightDecay = DEFAULT_WEIGHT_DECAY;
        private double learningRate = 1e-3;
        private LearningRateSchedule schedule = LearningRateSchedule.CONSTANT;
        private int patience;
        private long seed;

        private Builder() {}

        /** Passes over the training part. */
        public Builder epochs(int epochs) {
            this.epochs = epochs;
            return this;
        }

        /** Samples in a step. */
        public Builder batchSize(int batchSize) {
            this.batchSize = batchSize;
            return this;
        }

        /** How parameters follow their gradients. */
        public Builder optimizer(OptimizerKind optimizer) {
            this.optimizer = optimizer;
            return this;
        }

        /** Momentum of sgd; {@link #DEFAULT_MOMENTUM} unless set. */
        public Builder momentum(double momentum) {
            this.momentum = momentum;
            return this;
        }

        /** Weight decay of adamw; {@link #DEFAULT_WEIGHT_DECAY} unless set. */
        public Builder weightDecay(double weightDecay) {
            this.weightDecay = weightDecay;
            return this;
        }

        /** Learning rate of the first epoch. */
        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /** How the learning rate changes. */
        public Builder schedule(LearningRateSchedule schedule) {
            this.schedule = schedule;
            return this;
        }

        /** Epochs without a new lowest validation loss before training stops; 0 for never. */
        public Builder patience(int patience) {
            this.patience = patience;
            return this;
        }

        /** What everything random follows from. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public TrainingConfig build() {
            return new TrainingConfig(
                    epochs, batchSize, optimizer, momentum, weightDecay, learningRate, schedule, patience, seed);
        }
    }

    /** Optimizers by name. */
    public enum OptimizerKind {
        /** {@link org.pernodedrop.nn.Sgd}. */
        SGD,
        /** {@link org.pernodedrop.nn.Adam}. */
        ADAM,
        /** {@link org.pernodedrop.nn.AdamW}. */
        ADAMW;

        /** The name on the command line and in files: lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

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
}
