package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.PerNodeDropDense;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.ModelConfig.Regularizer;

class ModelConfigTest {
    private static NetworkSpec describe(ModelConfig model) {
        return model.describe(new int[] {13}, 3, 7, Adam.standard());
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, 'Dense,Dense,Dense'",
        "DROPOUT, 'Dense,Dropout,Dense,Dropout,Dense'",
        "GAUSSIAN_DROPOUT, 'Dense,GaussianDropout,Dense,GaussianDropout,Dense'",
        "DROPCONNECT, 'DropConnectDense,DropConnectDense,Dense'",
        "PERNODEDROP, 'PerNodeDropDense,PerNodeDropDense,Dense'"
    })
    void regularizesHiddenLayersOnly(Regularizer regularizer, String kinds) {
        NetworkSpec network = describe(
                ModelConfig.standard().withArchitecture(Architecture.mlp(5, 4)).with(regularizer));
        assertEquals(
                List.of(kinds.split(",")),
                network.layers().stream().map(Layer::kind).toList());
        assertEquals(13 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3, network.parameterCount());
    }

    @ParameterizedTest
    @EnumSource
    void allStartWithTheSameParameters(Regularizer regularizer) {
        ModelConfig model = ModelConfig.standard().withArchitecture(Architecture.mlp(5, 4));
        try (Backend backend = new CpuBackend(1);
                Network one = new Network(describe(model.with(regularizer)), backend);
                Network plain = new Network(describe(model.with(Regularizer.NONE)), backend)) {
            float[] expected = backend.memory().download(plain.parameterBuffer());
            assertArrayEquals(expected, backend.memory().download(one.parameterBuffer()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void maskIsThatOfTheLayers(Regularizer regularizer) {
        ModelConfig model =
                ModelConfig.standard().withArchitecture(Architecture.mlp(5)).with(regularizer);
        double drawn = describe(model).layers().stream()
                .flatMap(layer -> layer.drawnMask().stream())
                .mapToDouble(mask -> mask.effectiveDropRate())
                .findFirst()
                .orElse(0);
        assertEquals(drawn, model.mask().effectiveDropRate());
    }

    @Test
    void settingsReachTheLayer() {
        ModelConfig model = new ModelConfig(
                Regularizer.PERNODEDROP,
                Noise.PARTIAL_GAUSSIAN,
                Granularity.NODE,
                true,
                Strategy.AUTO,
                0.3,
                Architecture.mlp(5),
                Activation.TANH,
                0.25);
        PerNodeDropDense layer = (PerNodeDropDense) describe(model).layers().get(0);
        assertEquals(model.mask(), layer.mask());
        assertEquals(Noise.PARTIAL_GAUSSIAN, layer.mask().noise());
        assertEquals(Granularity.NODE, layer.mask().granularity());
        assertEquals(true, layer.mask().fixed());
        assertEquals(0.3, layer.mask().rate().requested());
        assertEquals(Activation.TANH, layer.dense().activation());
        assertEquals(0.25, layer.dense().l2());
    }

    @Test
    void refusesImpossibleRates() {
        ModelConfig model = ModelConfig.standard().with(Regularizer.DROPOUT);
        Refusal.says(
                IllegalArgumentException.class,
                "dropRate must be in [0, 1): dropRate=1.2",
                () -> model.with(Noise.BERNOULLI, Granularity.NODE, 1.2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "mlp:1", "mlp:512,13,207"})
    void specificationsAreWhatTheyName(String specification) {
        assertEquals(specification, Architecture.parse(specification).toString());
    }

    @Test
    void unitsComeInOrder() {
        assertEquals(Architecture.mlp(512, 13), Architecture.parse("mlp:512,13"));
        assertEquals(Architecture.mlp(), Architecture.parse("mlp"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "mlp:", "mlp:a", "mlp:1,", "mlp:,1", "mlp:-1", "mlp:0", "mlp:99999999999", "cnn", "512"})
    void otherSpecificationsAreRefused(String specification) {
        Refusal.contains(
                IllegalArgumentException.class, "network=" + specification, () -> Architecture.parse(specification));
    }
}
