package org.pernodedrop.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.Conv2D;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.DropConnectDense;
import org.pernodedrop.nn.Dropout;
import org.pernodedrop.nn.Flatten;
import org.pernodedrop.nn.GaussianDropout;
import org.pernodedrop.nn.MaxPool2D;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkBuilder;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Optimizer;
import org.pernodedrop.nn.Padding;
import org.pernodedrop.nn.PerNodeDropDense;
import org.pernodedrop.nn.Shape;
import org.pernodedrop.strategy.Strategy;

/**
 * A classifier: the layers of an architecture, with a regularizer on the dense hidden layers, and an output layer
 * ({@link Dense}) with one output per class. Networks that differ only in the regularizer start with the same
 * parameters, bit for bit.
 *
 * @param regularizer of the dense hidden layers
 * @param noise of PerNodeDrop; ignored by other regularizers
 * @param granularity of PerNodeDrop; ignored by other regularizers
 * @param fixedMask of PerNodeDrop; ignored by other regularizers
 * @param strategy of PerNodeDrop on connections; ignored by other regularizers
 * @param dropRate of the regularizer's masks; ignored without a regularizer
 * @param architecture the layers
 * @param activation of the hidden layers
 * @param l2 penalty {@code l2/2 sum w^2} on the weights of all layers; finite and at least 0
 */
public record ModelConfig(
        Regularizer regularizer,
        Noise noise,
        Granularity granularity,
        boolean fixedMask,
        Strategy strategy,
        DropRate dropRate,
        Architecture architecture,
        Activation activation,
        double l2) {
    /** Refuses nulls, and a drop rate that the regularizer's noise cannot draw; layers refuse the rest. */
    public ModelConfig {
        Objects.requireNonNull(regularizer, "regularizer");
        Objects.requireNonNull(noise, "noise");
        Objects.requireNonNull(granularity, "granularity");
        Objects.requireNonNull(strategy, "strategy");
        Objects.requireNonNull(dropRate, "dropRate");
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(architecture, "architecture");
        mask(regularizer, noise, granularity, dropRate, fixedMask);
    }

    /**
     * Quantises the drop rate p for the noise that the regularizer draws.
     *
     * @param dropRate p, in [0, 1)
     * @throws IllegalArgumentException if the noise cannot draw such a rate; see {@link DropRate#of(double, Noise)}
     */
    public ModelConfig(
            Regularizer regularizer,
            Noise noise,
            Granularity granularity,
            boolean fixedMask,
            Strategy strategy,
            double dropRate,
            Architecture architecture,
            Activation activation,
            double l2) {
        this(
                regularizer,
                noise,
                granularity,
                fixedMask,
                strategy,
                DropRate.of(dropRate, drawn(Objects.requireNonNull(regularizer, "regularizer"), noise)),
                architecture,
                activation,
                l2);
    }

    // Without a regularizer any rate that some noise can draw is accepted: Gaussian noise draws them all.
    private static Noise drawn(Regularizer regularizer, Noise noise) {
        return switch (regularizer) {
            case PERNODEDROP -> Objects.requireNonNull(noise, "noise");
            case NONE, GAUSSIAN_DROPOUT -> Noise.GAUSSIAN;
            case DROPOUT, DROPCONNECT -> Noise.BERNOULLI;
        };
    }

    /** Bernoulli PerNodeDrop on connections, p = 0.3, with hidden layers of 256 and 256 relu units, without L2. */
    public static ModelConfig standard() {
        return new ModelConfig(
                Regularizer.PERNODEDROP,
                Noise.BERNOULLI,
                Granularity.CONNECTION,
                false,
                Strategy.AUTO,
                0.3,
                Architecture.mlp(256, 256),
                Activation.RELU,
                0);
    }

    /** A copy with another mask of PerNodeDrop; quantises the drop rate as the constructor does. */
    public ModelConfig with(Noise noise, Granularity granularity, double dropRate) {
        return new ModelConfig(
                regularizer, noise, granularity, fixedMask, strategy, dropRate, architecture, activation, l2);
    }

    /** A copy with another regularizer. */
    public ModelConfig with(Regularizer regularizer) {
        return new ModelConfig(
                regularizer, noise, granularity, fixedMask, strategy, dropRate, architecture, activation, l2);
    }

    /** A copy with another activation and L2 penalty. */
    public ModelConfig with(Activation activation, double l2) {
        return new ModelConfig(
                regularizer, noise, granularity, fixedMask, strategy, dropRate, architecture, activation, l2);
    }

    /** A copy with another architecture. */
    public ModelConfig withArchitecture(Architecture architecture) {
        return new ModelConfig(
                regularizer, noise, granularity, fixedMask, strategy, dropRate, architecture, activation, l2);
    }

    /**
     * The network.
     *
     * @param exampleShape sizes of an example; for a convolutional network that of an image, {@code [H, W]} or
     *     {@code [H, W, C]}
     * @param classes number of outputs
     * @param seed of initial parameters and masks
     * @throws IllegalArgumentException if a setting is out of range, or the network cannot take such examples
     */
    public NetworkSpec describe(int[] exampleShape, int classes, long seed, Optimizer optimizer) {
        NetworkBuilder builder = Network.builder().seed(seed).optimizer(optimizer);
        if (architecture instanceof Architecture.Mlp mlp) {
            builder.input(Shape.of(exampleShape).size());
            mlp.hidden().forEach(units -> addHidden(builder, units));
        } else {
            addConvolutions(builder, exampleShape);
            addHidden(builder, Architecture.Cnn.HIDDEN);
        }
        return builder.add(Dense.units(classes).l2(l2).build()).describe();
    }

    private void addConvolutions(NetworkBuilder builder, int[] exampleShape) {
        int rank = exampleShape.length;
        if (rank < 2 || rank > 3) {
            throw new IllegalArgumentException("network " + architecture
                    + " takes images, of two or three dimensions; take mlp:... for other data: example shape="
                    + Arrays.toString(exampleShape));
        }
        builder.input(exampleShape[0], exampleShape[1], rank == 3 ? exampleShape[2] : 1);
        for (int filters : new int[] {32, 64}) {
            builder.add(convolution(filters, Padding.SAME))
                    .add(convolution(filters, Padding.VALID))
                    .add(MaxPool2D.of(2));
        }
        builder.add(new Flatten());
    }

    private Conv2D convolution(int filters, Padding padding) {
        return Conv2D.filters(filters)
                .kernel(3)
                .padding(padding)
                .activation(activation)
                .l2(l2)
                .build();
    }

    private void addHidden(NetworkBuilder builder, int units) {
        switch (regularizer) {
            case NONE -> builder.add(dense(units));
            case DROPOUT -> builder.add(dense(units)).add(new Dropout(dropRate));
            case GAUSSIAN_DROPOUT -> builder.add(dense(units)).add(new GaussianDropout(dropRate));
            case DROPCONNECT -> builder.add(new DropConnectDense(dense(units), dropRate));
            case PERNODEDROP -> builder.add(new PerNodeDropDense(dense(units), mask(), strategy));
        }
    }

    private Dense dense(int units) {
        return Dense.units(units).activation(activation).l2(l2).build();
    }

    /** The mask of the hidden layers; the identity without a regularizer. */
    public MaskSpec mask() {
        return mask(regularizer, noise, granularity, dropRate, fixedMask);
    }

    private static MaskSpec mask(
            Regularizer regularizer, Noise noise, Granularity granularity, DropRate rate, boolean fixed) {
        return switch (regularizer) {
            case NONE -> MaskSpec.of(Noise.BERNOULLI, Granularity.NODE, 0);
            case DROPOUT -> new MaskSpec(Noise.BERNOULLI, Granularity.NODE, rate, false);
            case GAUSSIAN_DROPOUT -> new MaskSpec(Noise.GAUSSIAN, Granularity.NODE, rate, false);
            case DROPCONNECT -> new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, rate, false);
            case PERNODEDROP -> new MaskSpec(noise, granularity, rate, fixed);
        };
    }

    /** Regularizers of the dense hidden layers. */
    public enum Regularizer {
        /** None: {@link org.pernodedrop.nn.Dense} layers. */
        NONE,
        /** {@link org.pernodedrop.nn.Dropout} after each hidden layer. */
        DROPOUT,
        /** {@link org.pernodedrop.nn.GaussianDropout} after each hidden layer. */
        GAUSSIAN_DROPOUT,
        /** {@link org.pernodedrop.nn.DropConnectDense} as hidden layers: one mask per batch. */
        DROPCONNECT,
        /** {@link org.pernodedrop.nn.PerNodeDropDense} as hidden layers: one mask per sample. */
        PERNODEDROP;

        /** The name on the command line and in files: lower case, with hyphens. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
