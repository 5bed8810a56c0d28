package org.pernodedrop.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The layers of a network, without its regularizer. */
public sealed interface Architecture permits Architecture.Mlp, Architecture.Cnn {
    /** Specifications that {@link #parse} accepts, for messages and help texts. */
    String SPECIFICATIONS =
            "mlp:UNITS,UNITS,... (dense hidden layers, from the input on; mlp for none), cnn:notebook (the"
                    + " convolutional network of the method's author, for images)";

    /**
     * Dense hidden layers.
     *
     * @param hidden units of each from the input on, at least 1; may be empty
     */
    record Mlp(List<Integer> hidden) implements Architecture {
        /** Refuses layers without units. */
        public Mlp {
            hidden = List.copyOf(hidden);
            for (int units : hidden) {
                if (units < 1) {
                    throw new IllegalArgumentException(
                            "network must have at least 1 unit in each layer: network=" + text(hidden));
                }
            }
        }

        private static String text(List<Integer> hidden) {
            return hidden.isEmpty()
                    ? "mlp"
                    : hidden.stream().map(String::valueOf).collect(Collectors.joining(",", "mlp:", ""));
        }

        /** The specification. */
        @Override
        public String toString() {
            return text(hidden);
        }
    }

    /**
     * The convolutional network of the notebook published by the method's author, for images of at least 14 x 14
     * pixels: two 3 x 3 convolutions with 32 filters, the first padded, and a 2 x 2 pool; the same with 64 filters;
     * then {@value #HIDDEN} hidden units, the only ones that the regularizer applies to. For CIFAR-10 they have 2,304
     * inputs.
     */
    record Cnn() implements Architecture {
        /** Units of the hidden layer. */
        static final int HIDDEN = 256;

        private static final String NAME = "cnn:notebook";

        /** The specification. */
        @Override
        public String toString() {
            return NAME;
        }
    }

    /** Dense hidden layers. */
    static Architecture mlp(Integer... hidden) {
        return new Mlp(List.of(hidden));
    }

    /**
     * The architecture with this specification.
     *
     * @throws IllegalArgumentException if the specification is not one of {@link #SPECIFICATIONS}
     */
    static Architecture parse(String specification) {
        if (specification.equals("mlp")) {
            return new Mlp(List.of());
        }
        if (specification.equals(Cnn.NAME)) {
            return new Cnn();
        }
        if (!specification.startsWith("mlp:")) {
            throw unknown(specification);
        }
        List<Integer> hidden = new ArrayList<>();
        for (String units : specification.substring("mlp:".length()).split(",", -1)) {
            try {
                hidden.add(Integer.parseInt(units));
            } catch (NumberFormatException e) {
                throw unknown(specification);
            }
        }
        return new Mlp(hidden);
    }

    private static IllegalArgumentException unknown(String specification) {
        return new IllegalArgumentException("network must be " + SPECIFICATIONS + ": network=" + specification);
    }
}
