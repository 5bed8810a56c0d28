package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.pernodedrop.backend.Backend;

/** Puts a {@link NetworkSpec} together: input and at least one layer with parameters are required. */
public final class NetworkBuilder {
    private final List<Layer> layers = new ArrayList<>();
    private Shape input;
    private long seed;
    private Loss loss = Loss.SOFTMAX_CROSS_ENTROPY;
    private Optimizer optimizer = Adam.standard();
    private float learningRate = Network.INITIAL_LEARNING_RATE;

    NetworkBuilder() {}

    /** The shape of a sample; required. */
    public NetworkBuilder input(int... dimensions) {
        input = Shape.of(dimensions);
        return this;
    }

    /** What initial parameters and all masks follow from; 0 unless set. */
    public NetworkBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** The next layer towards the output. */
    public NetworkBuilder add(Layer layer) {
        layers.add(Objects.requireNonNull(layer, "layer"));
        return this;
    }

    /** What is minimised; {@link Loss#SOFTMAX_CROSS_ENTROPY} unless set. */
    public NetworkBuilder loss(Loss loss) {
        this.loss = Objects.requireNonNull(loss, "loss");
        return this;
    }

    /** How parameters follow their gradients; {@link Adam#standard} unless set. */
    public NetworkBuilder optimizer(Optimizer optimizer) {
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        return this;
    }

    /** The learning rate to start with, finite and at least 0; {@link Network#INITIAL_LEARNING_RATE} unless set. */
    public NetworkBuilder learningRate(double learningRate) {
        this.learningRate = (float) learningRate;
        return this;
    }

    /**
     * The description alone, without the learning rate.
     *
     * @throws IllegalArgumentException if something is missing or does not fit together
     */
    public NetworkSpec describe() {
        if (input == null) {
            throw new IllegalArgumentException("a network needs the shape of its input: call input(...)");
        }
        return new NetworkSpec(input, seed, layers, loss, optimizer);
    }

    /**
     * The network on a backend, which must outlive it.
     *
     * @throws IllegalArgumentException if something is missing or does not fit together
     */
    public Network build(Backend backend) {
        Network network = new Network(describe(), backend);
        try {
            network.state().setLearningRate(learningRate);
        } catch (IllegalArgumentException e) {
            network.close();
            throw e;
        }
        return network;
    }
}
