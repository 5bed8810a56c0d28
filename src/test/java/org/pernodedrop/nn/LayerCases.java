package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

/** Small stacks of layers, 13 inputs to 3 outputs, that between them hold every kind of layer and setting. */
final class LayerCases {
    static final int INPUTS = 13;
    static final int OUTPUTS = 3;

    /** A stack and what it is about. */
    record Stack(String name, List<Layer> layers) {
        @Override
        public String toString() {
            return name;
        }
    }

    private LayerCases() {}

    static NetworkBuilder builder(Stack stack) {
        NetworkBuilder builder = Network.builder().input(INPUTS).seed(0x5EED_0123_4567L);
        stack.layers().forEach(builder::add);
        return builder;
    }

    /** Moves biases off 0, where they would prove little and rectifiers whose inputs are all dropped have a kink. */
    static Network withBiases(Network network) {
        for (Parameter parameter : network.parameters()) {
            if (parameter.name().endsWith(".bias")) {
                float[] values = new float[parameter.shape().size()];
                for (int u = 0; u < values.length; u++) {
                    values[u] = 0.1f * (u % 7) - 0.25f;
                }
                network.backend().memory().upload(values, 0, parameter.values());
            }
        }
        return network;
    }

    static List<Stack> all() {
        List<Stack> stacks = new ArrayList<>();
        for (Activation activation : Activation.values()) {
            stacks.add(new Stack("dense " + activation, dense(activation, true)));
            stacks.add(new Stack(
                    "activation layer " + activation,
                    List.of(
                            Dense.units(11).build(),
                            ActivationLayer.of(activation),
                            Dense.units(OUTPUTS).build())));
            stacks.add(new Stack(
                    "connection bernoulli " + activation,
                    perNodeDrop(Noise.BERNOULLI, Granularity.CONNECTION, 0.5, false, activation, true)));
        }
        for (Noise noise : Noise.values()) {
            for (Granularity granularity : Granularity.values()) {
                for (boolean fixed : new boolean[] {false, true}) {
                    String name = granularity + " " + noise + (fixed ? " fixed" : "");
                    stacks.add(new Stack(name, perNodeDrop(noise, granularity, 0.3, fixed, Activation.TANH, true)));
                }
            }
        }
        for (Strategy strategy : new Strategy[] {Strategy.FUSED, Strategy.PACKED, Strategy.MATERIALIZED}) {
            stacks.add(new Stack(strategy.toString(), computedBy(strategy, Noise.BERNOULLI)));
        }
        stacks.add(new Stack("reparameterized", computedBy(Strategy.REPARAMETERIZED, Noise.GAUSSIAN)));
        stacks.add(new Stack("dense without bias", dense(Activation.TANH, false)));
        stacks.add(new Stack(
                "connection without bias",
                perNodeDrop(Noise.BERNOULLI, Granularity.CONNECTION, 0.5, false, Activation.TANH, false)));
        stacks.add(new Stack(
                "node without bias",
                perNodeDrop(Noise.GAUSSIAN, Granularity.NODE, 0.5, false, Activation.TANH, false)));
        stacks.add(new Stack(
                "rate 0", perNodeDrop(Noise.GAUSSIAN, Granularity.CONNECTION, 0, false, Activation.TANH, true)));
        stacks.add(new Stack("dropout", around(Dropout.rate(0.4))));
        stacks.add(new Stack("dropout rate 0", around(Dropout.rate(0))));
        stacks.add(new Stack("gaussian dropout", around(GaussianDropout.rate(0.4))));
        stacks.add(new Stack(
                "dropconnect",
                List.of(
                        DropConnectDense.units(11)
                                .dropRate(0.4)
                                .activation(Activation.TANH)
                                .l2(0.03)
                                .build(),
                        DropConnectDense.units(5).activation(Activation.TANH).build(),
                        DropConnectDense.units(OUTPUTS).dropRate(0.25).build())));
        stacks.add(new Stack(
                "l2",
                List.of(
                        Dense.units(7).l2(0.1).build(),
                        Dense.units(OUTPUTS).l2(0.02).build())));
        return stacks;
    }

    private static List<Layer> dense(Activation activation, boolean bias) {
        return List.of(
                Dense.units(11).activation(activation).bias(bias).build(),
                Dense.units(5).activation(activation).bias(bias).build(),
                Dense.units(OUTPUTS).bias(bias).build());
    }

    // The layer three times: with no gradient for its input, in the middle, and last.
    private static List<Layer> perNodeDrop(
            Noise noise, Granularity granularity, double rate, boolean fixed, Activation activation, boolean bias) {
        List<Layer> layers = new ArrayList<>();
        for (int units : new int[] {11, 5, OUTPUTS}) {
            layers.add(PerNodeDropDense.units(units)
                    .noise(noise)
                    .granularity(granularity)
                    .dropRate(rate)
                    .fixedMask(fixed)
                    .activation(units == OUTPUTS ? Activation.LINEAR : activation)
                    .bias(bias)
                    .build());
        }
        return layers;
    }

    private static List<Layer> computedBy(Strategy strategy, Noise noise) {
        List<Layer> layers = new ArrayList<>();
        for (int units : new int[] {11, 5, OUTPUTS}) {
            layers.add(PerNodeDropDense.units(units)
                    .noise(noise)
                    .dropRate(0.3)
                    .strategy(strategy)
                    .activation(units == OUTPUTS ? Activation.LINEAR : Activation.TANH)
                    .build());
        }
        return layers;
    }

    // Before the first parameters, in the middle, twice in a row, and last.
    private static List<Layer> around(Layer layer) {
        return List.of(
                layer,
                Dense.units(11).activation(Activation.TANH).build(),
                layer,
                layer,
                Dense.units(OUTPUTS).build(),
                layer);
    }
}
