package org.pernodedrop.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.model.Safetensors.Tensor;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.BatchNormalization;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.Dropout;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Optimizer;
import org.pernodedrop.nn.PerNodeDropDense;
import org.pernodedrop.nn.Sgd;
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.nn.StateCopy;

class CheckpointTest {
    private static final int SAMPLES = 7;

    @TempDir
    private Path directory;

    private Path file;

    private final CpuBackend backend = new CpuBackend(2);
    private final DeviceFloats x = backend.memory().allocate(SAMPLES * 13);
    private final DeviceInts labels = backend.memory().allocateInts(SAMPLES);
    private final LossAccumulator totals = backend.memory().newLossAccumulator();

    CheckpointTest() {
        backend.memory().upload(Numbers.floats(1, SAMPLES * 13), 0, x);
        backend.memory().upload(Numbers.ints(2, SAMPLES, 3), 0, labels);
    }

    @BeforeEach
    void name() {
        file = directory.resolve("checkpoint.safetensors");
    }

    @AfterEach
    void close() {
        backend.close();
    }

    static Stream<Optimizer> optimizers() {
        return Stream.of(Sgd.plain(), Sgd.nesterov(0.9), Adam.standard(), AdamW.weightDecay(0.1));
    }

    private static NetworkSpec spec(Optimizer optimizer, long seed) {
        return Network.builder()
                .input(13)
                .seed(seed)
                .optimizer(optimizer)
                .add(PerNodeDropDense.units(5)
                        .dropRate(0.3)
                        .activation(Activation.TANH)
                        .build())
                .add(Dropout.rate(0.5))
                .add(BatchNormalization.standard())
                .add(Dense.units(3).bias(false).build())
                .describe();
    }

    private void steps(Network network, int count) {
        for (int step = 0; step < count; step++) {
            network.step(x, labels, SAMPLES, totals);
        }
    }

    private float[] parameters(Network network) {
        return backend.memory().download(network.parameterBuffer());
    }

    private float[] weights(Network network) {
        float[] parameters = parameters(network);
        float[] mean = backend.memory().download(network.statistics().get(0).values());
        float[] all = Arrays.copyOf(parameters, parameters.length + mean.length);
        System.arraycopy(mean, 0, all, parameters.length, mean.length);
        return all;
    }

    /** In the last epoch's weights or the best epoch's; moments may be infinite. */
    @Test
    void weightsThatAreNotFiniteAreRefused() throws IOException {
        try (Network network = new Network(spec(Adam.standard(), 5), backend);
                Snapshot snapshot = new Snapshot(network)) {
            steps(network, 2);
            snapshot.take();
            Checkpoint.save(network, snapshot, Map.of(), file);
            for (String name : List.of("0.weight", "2.variance", "training.best.0.bias")) {
                Safetensors content = Safetensors.read(file);
                content.tensors().get(name).values()[1] = Float.NaN;
                Path damaged = directory.resolve("damaged.safetensors");
                content.write(damaged);
                Refusal.contains(
                        ModelFileException.class,
                        "weights must be finite: " + name + "[1]=NaN",
                        () -> Checkpoint.read(damaged).restore(network, snapshot));
            }
            network.moments().values().forEach(moment -> backend.memory()
                    .upload(new float[] {Float.POSITIVE_INFINITY}, 0, moment.slice(0, 1)));
            Checkpoint.save(network, snapshot, Map.of(), file);
            Checkpoint.read(file).restore(network, snapshot);
        }
    }

    /** A restored copy brings back weights, statistics, moments and step. */
    @ParameterizedTest
    @MethodSource("optimizers")
    void aCopyOfTheStateBringsAllBack(Optimizer optimizer) {
        try (Network network = new Network(spec(optimizer, 5), backend);
                StateCopy copy = new StateCopy(network)) {
            assertThrows(IllegalStateException.class, copy::restore);
            steps(network, 3);
            copy.take();
            float[] before = weights(network);
            steps(network, 2);
            float[] after = weights(network);
            network.state().setLearningRate(1e30f);
            steps(network, 4);
            network.state().setLearningRate(Network.INITIAL_LEARNING_RATE);
            copy.restore();
            assertArrayEquals(before, weights(network));
            assertEquals(3, network.state().step());
            steps(network, 2);
            assertArrayEquals(after, weights(network));
        }
    }

    /** Such weights would be refused when read. */
    @Test
    void weightsThatAreNotFiniteAreNotWritten() throws IOException {
        try (Network network = new Network(spec(Adam.standard(), 5), backend);
                Snapshot best = new Snapshot(network)) {
            Checkpoint.save(network, best, Map.of(), file);
            byte[] before = Files.readAllBytes(file);
            DeviceFloats bias = network.parameters().get(1).values();
            backend.memory().upload(new float[] {Float.NaN}, 0, bias.slice(2, 1));
            for (Executable write : List.<Executable>of(
                    () -> Checkpoint.save(network, best, Map.of(), file),
                    () -> Weights.save(network, Map.of(), file),
                    () -> Weights.toBytes(network, Map.of()))) {
                Refusal.starts(
                        IllegalStateException.class, "weights must be finite to be saved: 0.bias holds NaN", write);
            }
            assertArrayEquals(before, Files.readAllBytes(file));
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void aRestoredNetworkGoesOnAsIfItHadNeverStopped(Optimizer optimizer) throws IOException {
        NetworkSpec spec = spec(optimizer, 5);
        float[] expected;
        float[] best;
        try (Network network = new Network(spec, backend);
                Snapshot snapshot = new Snapshot(network)) {
            steps(network, 3);
            snapshot.take();
            best = weights(network);
            steps(network, 4);
            Checkpoint.save(network, snapshot, Map.of("why", "a test"), file);
            steps(network, 5);
            expected = weights(network);
        }
        Checkpoint checkpoint = Checkpoint.read(file);
        assertEquals(spec, checkpoint.network());
        assertEquals(7, checkpoint.step());
        assertEquals("a test", checkpoint.metadata().get("why"));
        try (Network network = new Network(checkpoint.network(), backend);
                Snapshot snapshot = new Snapshot(network)) {
            checkpoint.restore(network, snapshot);
            assertEquals(7, network.state().step());
            steps(network, 5);
            assertArrayEquals(expected, weights(network));
            snapshot.restore();
            assertArrayEquals(best, weights(network));
        }
    }

    @Test
    void aCheckpointIsReadAsWeights() throws IOException {
        try (Network network = new Network(spec(Adam.standard(), 5), backend);
                Snapshot snapshot = new Snapshot(network)) {
            steps(network, 2);
            Checkpoint.save(network, snapshot, Map.of(), file);
            try (Network opened = Weights.open(file, backend);
                    Snapshot empty = new Snapshot(opened)) {
                assertArrayEquals(parameters(network), parameters(opened));
                Checkpoint.read(file).restore(opened, empty);
                assertFalse(empty.isTaken(), "the file has no best epoch");
            }
        }
    }

    @Test
    void anotherNetworkIsRefused() throws IOException {
        try (Network network = new Network(spec(Adam.standard(), 5), backend);
                Network other = new Network(spec(Adam.standard(), 6), backend);
                Snapshot snapshot = new Snapshot(network);
                Snapshot others = new Snapshot(other)) {
            assertThrows(IllegalArgumentException.class, () -> Checkpoint.save(network, others, Map.of(), file));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Checkpoint.save(network, snapshot, Map.of(Weights.NETWORK, "mine"), file));
            Checkpoint.save(network, snapshot, Map.of(), file);
            String message = Refusal.message(
                    IllegalArgumentException.class, () -> Checkpoint.read(file).restore(other, others));
            assertTrue(message.contains("seed 5") && message.contains("seed 6"), message);
        }
    }

    private Safetensors saved() throws IOException {
        try (Network network = new Network(spec(Adam.standard(), 5), backend);
                Snapshot snapshot = new Snapshot(network)) {
            snapshot.take();
            Checkpoint.save(network, snapshot, Map.of(), file);
        }
        return Safetensors.read(file);
    }

    private void refused(Consumer<Map<String, String>> texts, Consumer<Map<String, Tensor>> tensors, String part)
            throws IOException {
        Safetensors good = saved();
        Map<String, String> otherTexts = new LinkedHashMap<>(good.metadata());
        Map<String, Tensor> otherTensors = new LinkedHashMap<>(good.tensors());
        texts.accept(otherTexts);
        tensors.accept(otherTensors);
        new Safetensors(otherTexts, otherTensors).write(file);
        try (Network network = new Network(spec(Adam.standard(), 5), backend);
                Snapshot snapshot = new Snapshot(network)) {
            float[] before = parameters(network);
            String message = Refusal.message(
                    ModelFileException.class, () -> Checkpoint.read(file).restore(network, snapshot));
            assertArrayEquals(before, parameters(network));
            assertEquals(0, network.state().step());
            assertTrue(message.contains(part), message);
            assertTrue(message.startsWith(file.toString()), message);
            assertEquals(1, message.lines().count());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.weight, does not fit the network",
        "2.variance, has no such tensor",
        "training.moment.mean.0.bias, has no such tensor",
        "training.best.3.weight, has no such tensor"
    })
    void missingTensorsAreNamed(String name, String part) throws IOException {
        refused(texts -> {}, tensors -> tensors.remove(name), part);
        refused(texts -> {}, tensors -> tensors.remove(name), name);
    }

    @Test
    void whatIsTooMuchIsNamed() throws IOException {
        Tensor one = new Tensor(List.of(1L), new float[] {1});
        refused(
                texts -> {},
                tensors -> tensors.put("training.moment.third.0.bias", one),
                "training.moment.third.0.bias");
        refused(texts -> {}, tensors -> tensors.put("training.moment.mean.0.bias", one), "must have the shape [5]");
    }

    @ParameterizedTest
    @CsvSource({"-1", "4294967296", "seven", "''"})
    void impossibleStepsAreRefused(String step) throws IOException {
        refused(texts -> texts.put("step", step), tensors -> {}, "step");
    }

    @Test
    void filesWithoutWhatACheckpointNeedsAreRefused() throws IOException {
        refused(texts -> texts.remove("step"), tensors -> {}, "is no checkpoint");
        refused(texts -> texts.remove("network"), tensors -> {}, "describes no network");
        refused(texts -> texts.put("network", "{}"), tensors -> {}, "input is missing");
    }
}
