package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Descriptions of layers and optimizers: what builders make, and what they refuse. */
class LayerBuilderTest {
    private static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void settingsArriveInTheDescription() {
        PerNodeDropDense layer = PerNodeDropDense.units(256)
                .dropRate(0.3)
                .dropRateTolerance(0.1)
                .noise(Noise.GAUSSIAN)
                .granularity(Granularity.NODE)
                .fixedMask(true)
                .activation(Activation.GELU)
                .bias(false)
                .initializer(Initializer.GLOROT_NORMAL)
                .l2(1e-4)
                .build();
        DropRate rate = DropRate.of(0.3, 0.1);
        assertEquals(new MaskSpec(Noise.GAUSSIAN, Granularity.NODE, rate, true), layer.mask());
        assertEquals(new Dense(256, Activation.GELU, false, Initializer.GLOROT_NORMAL, 1e-4), layer.dense());
        assertFalse(layer.masksBatch());
    }

    @Test
    void defaultsAreTheDocumentedOnes() {
        PerNodeDropDense layer = PerNodeDropDense.units(8).build();
        assertEquals(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), layer.mask());
        assertEquals(new Dense(8, Activation.LINEAR, true, Initializer.GLOROT_UNIFORM, 0), layer.dense());
        assertEquals(layer.dense(), Dense.units(8).build());
        DropConnectDense dropConnect = DropConnectDense.units(8).build();
        assertEquals(layer.dense(), dropConnect.dense());
        assertEquals(DropRate.of(0.5), dropConnect.dropRate());
        assertTrue(dropConnect.masksBatch());
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void initializersFollowTheActivationUnlessSet(Activation activation) {
        boolean rectifier =
                List.of(Activation.RELU, Activation.LEAKY_RELU, Activation.GELU).contains(activation);
        Initializer expected = rectifier ? Initializer.HE_NORMAL : Initializer.GLOROT_UNIFORM;
        assertEquals(expected, Dense.units(1).activation(activation).build().initializer());
        Dense zeros = Dense.units(1)
                .initializer(Initializer.ZEROS)
                .activation(activation)
                .build();
        assertEquals(Initializer.ZEROS, zeros.initializer());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, 1.2, Double.NaN})
    void dropRatesOutOfRangeAreRefused(double rate) {
        String message = "dropRate must be in [0, 1): dropRate=" + rate;
        refused(message, () -> PerNodeDropDense.units(3).dropRate(rate).build());
        refused(message, () -> DropConnectDense.units(3).dropRate(rate).build());
        refused(message, () -> Dropout.rate(rate));
        refused(message, () -> GaussianDropout.rate(rate));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -5})
    void layersNeedUnits(int units) {
        String message = "units must be at least 1: units=" + units;
        refused(message, () -> Dense.units(units).build());
        refused(message, () -> PerNodeDropDense.units(units).build());
        refused(message, () -> DropConnectDense.units(units).build());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, 1e39, Double.NaN, Double.POSITIVE_INFINITY})
    void penaltiesOutOfRangeAreRefused(double l2) {
        refused(
                "l2 must be finite and at least 0: l2=" + l2,
                () -> Dense.units(1).l2(l2).build());
    }

    @Test
    void nullsAreRefusedByName() {
        assertEquals(
                "activation",
                assertThrows(NullPointerException.class, () -> Dense.units(1).activation(null))
                        .getMessage());
        assertThrows(NullPointerException.class, () -> Dense.units(1).initializer(null));
        assertThrows(NullPointerException.class, () -> PerNodeDropDense.units(1).noise(null));
        assertThrows(NullPointerException.class, () -> PerNodeDropDense.units(1).granularity(null));
        assertThrows(NullPointerException.class, () -> ActivationLayer.of(null));
    }

    @Test
    void optimizersHoldTheirSettings() {
        assertEquals(new Sgd(0.9f, true), Sgd.nesterov(0.9));
        assertEquals(new Sgd(0, false), Sgd.plain());
        assertEquals(
                new AdamSettings(0.8f, 0.99f, 1e-6f, 0),
                Adam.standard().withBetas(0.8, 0.99).withEpsilon(1e-6).settings());
        assertEquals(
                new AdamSettings(0.8f, 0.99f, 1e-6f, 0.01f),
                AdamW.weightDecay(0.01).withBetas(0.8, 0.99).withEpsilon(1e-6).settings());
        refused("momentum must be in [0, 1): momentum=1.0", () -> Sgd.momentum(1));
        refused("beta1 must be in [0, 1): beta1=1.0", () -> Adam.standard().withBetas(1, 0.9));
        refused(
                "weightDecay must be 0 for Adam; use AdamW: weightDecay=0.5",
                () -> new Adam(AdamW.weightDecay(0.5).settings()));
        assertThrows(IllegalArgumentException.class, () -> AdamW.weightDecay(-1));
    }
}
