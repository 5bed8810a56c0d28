package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.mask.CurandStream;

/** Where parameters lie and how they start. */
class ParameterTest {
    private static final long SEED = 0xABCDEF0123L;

    private final Backend backend = new CpuBackend(2);

    @AfterEach
    void close() {
        backend.close();
    }

    private static NetworkBuilder builder(Initializer initializer) {
        return Network.builder()
                .input(13)
                .seed(SEED)
                .add(Dense.units(7).initializer(initializer).build())
                .add(Dropout.rate(0.5))
                .add(Dense.units(3).bias(false).initializer(initializer).build());
    }

    @Test
    void parametersAreNamedAndAligned() {
        try (Network network = builder(Initializer.HE_NORMAL).build(backend)) {
            List<Parameter> parameters = network.parameters();
            assertEquals(
                    List.of("0.weight", "0.bias", "2.weight"),
                    parameters.stream().map(Parameter::name).toList());
            assertEquals(
                    List.of(Shape.of(13, 7), Shape.of(7), Shape.of(7, 3)),
                    parameters.stream().map(Parameter::shape).toList());
            assertEquals(
                    List.of(0L, 92L, 100L),
                    parameters.stream().map(Parameter::offset).toList());
            assertEquals(124, network.parameterBuffer().length());
            assertEquals(13 * 7 + 7 + 7 * 3, network.spec().parameterCount());
            assertEquals(
                    List.of("mean", "mean-square"),
                    List.copyOf(network.moments().keySet()));
            network.moments().values().forEach(moment -> assertEquals(124, moment.length()));
        }
    }

    @Test
    void gapsStayZero() {
        try (Network network = builder(Initializer.HE_NORMAL)
                        .optimizer(AdamW.weightDecay(0.1))
                        .build(backend);
                LossAccumulator totals = backend.memory().newLossAccumulator();
                TestBatch batch = new TestBatch(backend, 1, 9, 13, 3)) {
            for (int step = 0; step < 5; step++) {
                network.step(batch.deviceInput, batch.deviceLabels, 9, totals);
            }
            Set<Integer> used = new HashSet<>();
            for (Parameter parameter : network.parameters()) {
                for (int k = 0; k < parameter.shape().size(); k++) {
                    used.add((int) parameter.offset() + k);
                }
            }
            float[] values = backend.memory().download(network.parameterBuffer());
            for (int k = 0; k < values.length; k++) {
                if (!used.contains(k)) {
                    assertEquals(0f, values[k], "element " + k);
                }
            }
            assertEquals(124 - 119, values.length - used.size());
        }
    }

    @ParameterizedTest
    @EnumSource(Initializer.class)
    void startsComeFromTheStreamAtTheOffset(Initializer initializer) {
        try (Network network = builder(initializer).build(backend)) {
            for (Parameter parameter : network.parameters()) {
                int size = parameter.shape().size();
                float[] expected = new float[size];
                if (!parameter.name().endsWith("bias")) {
                    int in = parameter.shape().dimensions().get(0);
                    int out = parameter.shape().dimensions().get(1);
                    CurandStream stream = new CurandStream(SEED);
                    for (int k = 0; k < size; k++) {
                        long at = parameter.offset() + k;
                        double uniform = 2.0 * stream.uniform(at) - 1;
                        double normal = stream.normal(at);
                        expected[k] = (float)
                                switch (initializer) {
                                    case GLOROT_UNIFORM -> uniform * Math.sqrt(6.0 / (in + out));
                                    case GLOROT_NORMAL -> normal * Math.sqrt(2.0 / (in + out));
                                    case HE_UNIFORM -> uniform * Math.sqrt(6.0 / in);
                                    case HE_NORMAL -> normal * Math.sqrt(2.0 / in);
                                    case ZEROS -> 0;
                                    case ONES -> 1;
                                };
                    }
                }
                assertArrayEquals(expected, backend.memory().download(parameter.values()), 1e-6f, parameter.name());
            }
        }
    }

    @Test
    void learningRatesStartAsAskedForAndAreChecked() {
        try (Network standard = builder(Initializer.ZEROS).build(backend);
                Network own = builder(Initializer.ZEROS).learningRate(0.25).build(backend)) {
            assertEquals(Network.INITIAL_LEARNING_RATE, standard.state().learningRate());
            assertEquals(0.25f, own.state().learningRate());
            assertEquals(SEED, own.state().seed());
            assertEquals(0, own.state().step());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> builder(Initializer.ZEROS).learningRate(-1).build(backend));
    }
}
