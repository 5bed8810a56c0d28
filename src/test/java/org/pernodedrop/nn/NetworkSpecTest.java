package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.kernels.Activation;

/** Shapes, counts and checks of whole descriptions, without a device. */
class NetworkSpecTest {
    private static final String SUMMARY =
            """
            #  layer             settings            mask                                         output  parameters
               input                                                                              [64]
            0  PerNodeDropDense  256 relu            bernoulli 0.3 (drawn 0.2969) per connection  [256]       16,640
            1  Dropout                               bernoulli 0.5 per node                       [256]            0
            2  Dense             10 linear, no bias                                               [10]         2,560
               total                                                                                          19,200
            loss softmax-cross-entropy; optimizer adam, betas 0.9 and 0.999, epsilon 1.0E-8; seed 42
            """;

    private static String refusal(Executable call) {
        return assertThrows(IllegalArgumentException.class, call).getMessage();
    }

    private static NetworkBuilder builder() {
        return Network.builder()
                .input(64)
                .seed(42)
                .add(PerNodeDropDense.units(256)
                        .dropRate(0.3)
                        .activation(Activation.RELU)
                        .build())
                .add(Dropout.rate(0.5))
                .add(Dense.units(10).bias(false).build());
    }

    @Test
    void shapesAndCountsFollowTheLayers() {
        NetworkSpec spec = builder().describe();
        assertEquals(Shape.of(64), spec.inputShape(0));
        assertEquals(Shape.of(256), spec.inputShape(2));
        assertEquals(Shape.of(256), spec.outputShape(1));
        assertEquals(Shape.of(10), spec.outputShape());
        assertEquals(64 * 256 + 256, spec.parameterCount(0));
        assertEquals(0, spec.parameterCount(1));
        assertEquals(64 * 256 + 256 + 256 * 10, spec.parameterCount());
        assertEquals(spec, builder().describe());
    }

    @Test
    void summariesShowEveryLayer() {
        assertEquals(SUMMARY, builder().describe().summary().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void layersThatDoNotFitAreNamed() {
        assertEquals(
                "layer 0 (Dense) does not fit: inputs must have one dimension, or two, positions and features; put"
                        + " Flatten before for images: input shape=[2, 8, 64]",
                refusal(() -> Network.builder()
                        .input(2, 8, 64)
                        .add(Dense.units(2).build())
                        .describe()));
        assertTrue(refusal(() -> Network.builder()
                        .input(100_000)
                        .add(Dense.units(5).build())
                        .add(Dense.units(1_000_000_000).build())
                        .describe())
                .startsWith("layer 1 (Dense) does not fit: a shape must have fewer than 2^31 elements"));
    }

    @Test
    void incompleteDescriptionsAreRefused() {
        assertEquals(
                "a network needs the shape of its input: call input(...)",
                refusal(() -> Network.builder().add(Dense.units(2).build()).describe()));
        assertTrue(refusal(() -> Network.builder().input(3).describe()).startsWith("a network needs at least one"));
        assertTrue(
                refusal(() -> Network.builder().input(3).add(Dropout.rate(0.5)).describe())
                        .startsWith("a network needs at least one layer with parameters"));
        assertEquals(
                "softmax-cross-entropy needs one output for each of at least 2 classes: output shape=[1]",
                refusal(() ->
                        Network.builder().input(3).add(Dense.units(1).build()).describe()));
        assertThrows(NullPointerException.class, () -> Network.builder().add(null));
    }

    @Test
    void shapesHaveSenseAndSize() {
        assertEquals(3 * 32 * 32, Shape.of(3, 32, 32).size());
        assertEquals(3, Shape.of(3, 32, 32).rank());
        assertEquals("[3, 32, 32]", Shape.of(3, 32, 32).toString());
        assertEquals("a shape needs at least one dimension", refusal(Shape::of));
        assertEquals("dimensions must be at least 1: shape=[3, 0]", refusal(() -> Shape.of(3, 0)));
        assertTrue(refusal(() -> Shape.of(65_536, 32_768)).contains("2^31"));
    }
}
