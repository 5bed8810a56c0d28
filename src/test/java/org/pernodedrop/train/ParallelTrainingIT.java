package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Threads;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.mask.CurandStream;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.Network;

/** Networks in several threads, each with its own backend on the same device, train bit for bit as alone. */
@Tag("thorough")
class ParallelTrainingIT {
    private static final int ROUNDS = 3;
    private static final int EXAMPLES = 53;

    private final Dataset data =
            DataSource.parse("digits", null).load(3, 0.3, EXAMPLES).train();

    private float[] train(Noise noise, long seed, boolean onDevice) {
        try (Backend backend = CudaDeviceUnderTest.open()) {
            return train(backend, noise, seed, onDevice);
        }
    }

    private float[] train(Backend backend, Noise noise, long seed, boolean onDevice) {
        TrainingConfig config =
                TrainingConfig.builder().epochs(2).batchSize(13).seed(seed).build();
        ModelConfig model =
                ModelConfig.standard().with(noise, Granularity.CONNECTION, 0.4).withArchitecture(Architecture.mlp(17));
        try (BatchSource source =
                        onDevice ? new DeviceResidentDataset(backend, data) : new StreamedDataset(backend, data);
                Network network = new Network(
                        model.describe(data.exampleShape(), data.classes(), seed, config.newOptimizer()), backend)) {
            new Trainer(backend, source, source, config).train(network, new TrainingListener() {});
            return backend.memory().download(network.parameterBuffer());
        }
    }

    @AfterEach
    void atOnceAgain() {
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoNetworksInTwoThreads(boolean asynchronous) throws Exception {
        float[] first = train(Noise.BERNOULLI, 1, true);
        float[] second = train(Noise.GAUSSIAN, 2, false);
        assertFalse(Arrays.equals(first, second), "they are different networks");
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(asynchronous));
        for (int round = 0; round < ROUNDS; round++) {
            List<float[]> both = Threads.together(
                    List.of(() -> train(Noise.BERNOULLI, 1, true), () -> train(Noise.GAUSSIAN, 2, false)));
            assertArrayEquals(first, both.get(0));
            assertArrayEquals(second, both.get(1));
        }
    }

    /** Initial weights are drawn, and data is placed, in the midst of other threads' recordings. */
    @Test
    void networksStartWhileOthersRecord() throws Exception {
        float[] expected = train(Noise.BERNOULLI, 1, true);
        Callable<Void> job = () -> {
            try (Backend backend = CudaDeviceUnderTest.open()) {
                for (int round = 0; round < 4 * ROUNDS; round++) {
                    assertArrayEquals(expected, train(backend, Noise.BERNOULLI, 1, true));
                }
                return null;
            }
        };
        Threads.together(Collections.nCopies(4, job));
    }

    /** A draw from a new place on one thread, recordings on another: neither may spoil the other. */
    @Test
    void uniformsAreDrawnWhileOthersRecord() throws Exception {
        int draws = 400;
        AtomicBoolean drawn = new AtomicBoolean();
        CudaDeviceUnderTest.open().close();
        Callable<Void> recorder = () -> {
            try (Backend backend = CudaDeviceUnderTest.open();
                    DeviceFloats x = backend.memory().allocate(13)) {
                while (!drawn.get()) {
                    backend.capture(() -> IntStream.range(0, 50)
                                    .forEach(k -> backend.vectors().fill(x, k)))
                            .close();
                }
                return null;
            }
        };
        Callable<Void> drawer = () -> {
            try (Backend backend = CudaDeviceUnderTest.open();
                    DeviceFloats x = backend.memory().allocate(207)) {
                for (int k = 0; k < draws; k++) {
                    backend.randomFills().uniform(k, 7L * k, 0f, 1f, x);
                    float[] values = backend.memory().download(x);
                    assertEquals(new CurandStream(k).uniform(7L * k + 206), values[206]);
                }
                return null;
            } finally {
                drawn.set(true);
            }
        };
        Threads.together(List.of(drawer, recorder));
    }

    /** A backend serves one thread at a time, but not always the same one. */
    @Test
    void aNetworkMayChangeThreads() throws Exception {
        List<float[]> parameters = new ArrayList<>();
        for (int threads : new int[] {1, 3}) {
            try (Backend backend = CudaDeviceUnderTest.open()) {
                ExecutorService[] turns = new ExecutorService[threads];
                Arrays.setAll(turns, k -> Executors.newSingleThreadExecutor());
                try (SteppedNetwork network = new SteppedNetwork(backend, data)) {
                    for (int step = 0; step < 6; step++) {
                        turns[step % threads].submit(network::step).get();
                    }
                    parameters.add(turns[0].submit(network::parameters).get());
                } finally {
                    Arrays.stream(turns).forEach(ExecutorService::shutdownNow);
                }
            }
        }
        assertArrayEquals(parameters.get(0), parameters.get(1));
    }

    /** A network with a batch to step on. */
    private static final class SteppedNetwork implements AutoCloseable {
        private static final int SAMPLES = 7;

        private final Backend backend;
        private final DeviceResidentDataset source;
        private final Network network;
        private final LossAccumulator totals;

        SteppedNetwork(Backend backend, Dataset data) {
            this.backend = backend;
            TrainingConfig config = TrainingConfig.builder().build();
            source = new DeviceResidentDataset(backend, data);
            network = new Network(
                    ModelConfig.standard()
                            .withArchitecture(Architecture.mlp(9))
                            .describe(data.exampleShape(), data.classes(), 5, config.newOptimizer()),
                    backend);
            totals = backend.memory().newLossAccumulator();
        }

        void step() {
            network.step(source.features(), source.labels(), SAMPLES, totals);
        }

        float[] parameters() {
            return backend.memory().download(network.parameterBuffer());
        }

        @Override
        public void close() {
            totals.close();
            network.close();
            source.close();
        }
    }
}
