package org.pernodedrop.train;

import java.util.Locale;
import java.util.Objects;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.Optimizer;
import org.pernodedrop.nn.Sgd;

/**
 * Settings of a training; those of the network are in {@link ModelConfig}.
 *
 * <pre>{@code TrainingConfig.builder().epochs(10).batchSize(128).learningRate(3e-4).build()}</pre>
 *
 * @param epochs passes over the training part, at least 1
 * @param batchSize samples in a step, at least 1; the last step of an epoch takes the remainder
 * @param optimizer kind of optimizer
 * @param momentum of sgd, in [0, 1); ignored by other optimizers
 * @param weightDecay of adamw, finite and at least 0; ignored by other optimizers
 * @param learningRate of the first epoch, finite and above 0
 * @param schedule of the learning rate
 * @param patience of {@link EarlyStopping}: epochs without improvement, 0 for no early stopping
 * @param seed of the order of samples, initial parameters and masks
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
    /** Default momentum. */
    public static final double DEFAULT_MOMENTUM = 0.9;

    /** Default weight decay. */
    public static final double DEFAULT_WEIGHT_DECAY = 0.01;

    /** Refuses nulls and values out of range; {@link #builder} is the convenient way. */
    public TrainingConfig {
        Objects.requireNonNull(optimizer, "optimizer");
        Objects.requireNonNull(schedule, "schedule");
        require(epochs >= 1, "epochs must be at least 1: epochs=" + epochs);
        require(batchSize >= 1, "batchSize must be at least 1: batchSize=" + batchSize);
        require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1): momentum=" + momentum);
        // The backend computes in single precision.
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

    /** A copy with another seed. */
    public TrainingConfig withSeed(long seed) {
        return new TrainingConfig(
                epochs, batchSize, optimizer, momentum, weightDecay, learningRate, schedule, patience, seed);
    }

    /** Creates the optimizer with its settings. */
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

    /** Settings of a training; see the record's components. */
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

        /** Kind of optimizer. */
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

        /** Schedule of the learning rate. */
        public Builder schedule(LearningRateSchedule schedule) {
            this.schedule = schedule;
            return this;
        }

        /** Epochs without a new lowest validation loss after which training stops; 0 for never. */
        public Builder patience(int patience) {
            this.patience = patience;
            return this;
        }

        /** Seed of everything random. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if a setting is out of range
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

    /** Learning rate as a function of the epoch. */
    public enum LearningRateSchedule {
        /** Constant. */
        CONSTANT,
        /** Cosine annealing towards 0; Loshchilov and Hutter 2017, without restarts. */
        COSINE,
        /** A factor of 0.1 after half of the epochs, 0.01 after three quarters. */
        STEP;

        /**
         * Factor of the learning rate: with {@code t = (epoch - 1) / epochs} it is 1, {@code (1 + cos(pi t)) / 2}, or
         * for steps 1, 0.1 from t = 1/2 and 0.01 from t = 3/4.
         *
         * @param epoch number of the epoch, in [1, epochs]
         * @param epochs number of epochs, at least 1
         * @return in (0, 1], 1 in the first epoch
         * @throws IllegalArgumentException if the epoch is out of range
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
