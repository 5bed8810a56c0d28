package org.pernodedrop.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.ActivationLayer;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.AveragePool2D;
import org.pernodedrop.nn.BatchNormalization;
import org.pernodedrop.nn.Conv2D;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.DropConnectDense;
import org.pernodedrop.nn.Dropout;
import org.pernodedrop.nn.Flatten;
import org.pernodedrop.nn.GaussianDropout;
import org.pernodedrop.nn.Initializer;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.Loss;
import org.pernodedrop.nn.MaxPool2D;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Optimizer;
import org.pernodedrop.nn.Padding;
import org.pernodedrop.nn.PerNodeDropConv2D;
import org.pernodedrop.nn.PerNodeDropDense;
import org.pernodedrop.nn.Pooling2D;
import org.pernodedrop.nn.Sgd;
import org.pernodedrop.nn.Shape;
import org.pernodedrop.nn.Windows;
import org.pernodedrop.strategy.Strategy;

class NetworkJsonTest {
    static Stream<Optimizer> optimizers() {
        return Stream.of(
                Sgd.plain(),
                Sgd.nesterov(0.93),
                Adam.standard().withBetas(0.87, 0.9991).withEpsilon(1e-7),
                AdamW.weightDecay(1 / 3.0).withBetas(0.1, 0.2));
    }

    static List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        for (Activation activation : Activation.values()) {
            layers.add(Dense.units(7).activation(activation).l2(0.25).build());
            layers.add(ActivationLayer.of(activation));
        }
        for (Initializer initializer : Initializer.values()) {
            layers.add(Dense.units(13).initializer(initializer).bias(false).build());
        }
        for (Noise noise : Noise.values()) {
            for (Granularity granularity : Granularity.values()) {
                layers.add(PerNodeDropDense.units(5)
                        .noise(noise)
                        .granularity(granularity)
                        .fixedMask(granularity == Granularity.NODE)
                        .dropRate(0.3)
                        .build());
            }
        }
        layers.add(PerNodeDropDense.units(5)
                .dropRate(0.3)
                .dropRateTolerance(0.2)
                .strategy(Strategy.PACKED)
                .build());
        layers.add(Dropout.rate(0.4));
        layers.add(Dropout.rate(0));
        layers.add(GaussianDropout.rate(0.123456789));
        layers.add(GaussianDropout.rate(1e-9));
        layers.add(DropConnectDense.units(9).dropRate(0.25).build());
        return layers;
    }

    static List<Layer> imageLayers() {
        List<Layer> layers = new ArrayList<>();
        for (Padding padding : Padding.values()) {
            layers.add(Conv2D.filters(3).kernel(1, 2).padding(padding).l2(0.1).build());
        }
        layers.add(PerNodeDropConv2D.filters(4)
                .kernel(2)
                .stride(2, 1)
                .noise(Noise.GAUSSIAN)
                .activation(Activation.GELU)
                .build());
        layers.add(new MaxPool2D(new Windows(2, 1, 1, 1, Padding.SAME)));
        layers.add(AveragePool2D.of(1));
        layers.add(new BatchNormalization(0.3f, 1e-3f));
        layers.add(new Flatten());
        layers.add(Dense.units(2).build());
        return layers;
    }

    @Test
    void imagesToo() throws ModelFileException {
        NetworkSpec network = new NetworkSpec(
                Shape.of(7, 5, 2), Long.MIN_VALUE, imageLayers(), Loss.SOFTMAX_CROSS_ENTROPY, Adam.standard());
        assertEquals(network, NetworkJson.read(NetworkJson.write(network)));
    }

    private static NetworkSpec network(Optimizer optimizer, List<Layer> layers) {
        return new NetworkSpec(Shape.of(13), -0x5EED_0123_4567L, layers, Loss.MEAN_SQUARED_ERROR, optimizer);
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void whatIsReadIsWhatWasWritten(Optimizer optimizer) throws ModelFileException {
        NetworkSpec network = network(optimizer, layers());
        assertEquals(network, NetworkJson.read(NetworkJson.write(network)));
    }

    /** Every kind of layer can be saved: otherwise a training with it would be lost. */
    @Test
    void everyKindOfLayerIsKnown() {
        Set<Class<?>> kinds = Stream.of(Layer.class, Pooling2D.class)
                .flatMap(type -> Stream.of(type.getPermittedSubclasses()))
                .filter(type -> !type.isInterface())
                .collect(Collectors.toSet());
        assertEquals(kinds, Set.copyOf(LayerKinds.types()));
        Set<Class<?>> tested = Stream.concat(layers().stream(), imageLayers().stream())
                .map(Layer::getClass)
                .collect(Collectors.toSet());
        assertEquals(tested, Set.copyOf(LayerKinds.types()));
    }

    @Test
    void itReadsWell() {
        NetworkSpec network =
                Network.builder().input(3).add(Dense.units(2).build()).describe();
        String text = NetworkJson.write(network);
        assertTrue(text.contains("\"beta1\" : 0.9,"), text);
        assertTrue(text.contains("\"initializer\" : \"glorot-uniform\""), text);
    }

    private static void refused(String text, String... parts) {
        String message = Refusal.message(ModelFileException.class, () -> NetworkJson.read(text));
        assertEquals(1, message.lines().count(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> part + " is not in: " + message);
        }
    }

    private static String valid() {
        return NetworkJson.write(Network.builder()
                .input(3)
                .add(PerNodeDropDense.units(4).build())
                .add(Dense.units(2).build())
                .describe());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
        "seed" : 0                      | "seed" : 0.5                        | seed must be a whole number
        "seed" : 0                      | "seed" : 9223372036854775808        | seed must be a whole number
        "seed" : 0                      | "sead" : 0                          | seed is missing
        "seed" : 0                      | "seed" : 0, "more" : 1              | unknown field
        "seed" : 0                      | "seed" : 0, "seed" : 1              | Duplicate field
        "input" : [ 3 ]                 | "input" : [ ]                       | at least one dimension
        "input" : [ 3 ]                 | "input" : 3                         | input must be an array
        "input" : [ 3 ]                 | "input" : [ 65536, 65536 ]          | fewer than 2^31
        "input" : [ 3 ]                 | "input" : [ "3" ]                   | must be a whole number
        "kind" : "adam"                 | "kind" : "adamant"                  | must be sgd, adam or adamw
        "kind" : "adam"                 | "kind" : "sgd"                      | momentum is missing
        "beta1" : 0.9                   | "beta1" : 1                         | beta1 must be in [0, 1)
        "beta1" : 0.9                   | "beta1" : "0.9"                     | beta1 must be a number
        "kind" : "per-node-drop-dense"  | "kind" : "maxout"                   | layers[0]: kind must be one of
        "kind" : "per-node-drop-dense"  | "kind" : 7                          | layers[0]: kind must be a text
        "units" : 4                     | "units" : 0                         | units must be at least 1
        "units" : 4                     | "units" : 1e3                       | units must be a whole number
        "units" : 4                     | "units" : 2147483647                | fewer than 2^31
        "drop_rate" : 0.5               | "drop_rate" : 1.5                   | dropRate must be in [0, 1)
        "threshold" : 1                 | "threshold" : 2                     | threshold must be
        "noise" : "bernoulli"           | "noise" : "white"                   | noise must be one of
        "strategy" : "auto"             | "strategy" : "reparameterized"      | reparameterized
        "bias" : true                   | "bias" : "yes"                      | bias must be true or false
        "loss" : "softmax-cross-entropy" | "loss" : null                      | loss must be a text
        """)
    void wrongFieldsAreNamed(String there, String instead, String expected) {
        String text = valid();
        assertTrue(text.contains(there), text);
        refused(text.replace(there, instead), "the network's description", expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[]", "7", "{} {}", "{\"input\": [1]", "\u0000"})
    void otherTextsAreRefused(String text) {
        refused(text, "the network's description");
    }

    /** Messages are one line and short, whatever a file contains. */
    @Test
    void messagesAreShort() {
        String kind = "a\u2028b\\n" + "c".repeat(100_000);
        String message = Refusal.message(
                ModelFileException.class, () -> NetworkJson.read(valid().replace("per-node-drop-dense", kind)));
        assertTrue(message.length() < 1000 && message.lines().count() == 1, message);
        assertTrue(message.contains("\"a\\u2028b\\u000Accc"), message);
    }

    @Test
    void thousandsOfLayersAreRefused() {
        String layer = "{\"kind\":\"activation\",\"activation\":\"relu\"}";
        String many = Stream.generate(() -> layer).limit(1001).collect(Collectors.joining(","));
        refused(
                "{\"input\":[3],\"seed\":0,\"loss\":\"mean-squared-error\",\"optimizer\":{\"kind\":\"sgd\","
                        + "\"momentum\":0,\"nesterov\":false},\"layers\":[" + many + "]}",
                "layers must be at most 1000");
    }
}
