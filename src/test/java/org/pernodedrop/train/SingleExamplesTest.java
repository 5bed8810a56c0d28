package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.data.Standardizer;
import org.pernodedrop.model.Checkpoint;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.nn.StateCopy;

/** Training in which a last batch of one example would break batch normalization, and training up to the last step. */
class SingleExamplesTest {
    private static final int EXAMPLES = 13;
    private static final TrainingConfig CONFIG =
            TrainingConfig.builder().epochs(3).batchSize(4).seed(7).build();

    @TempDir
    Path directory;

    private final Backend backend = new CpuBackend(1);
    private final Dataset data = data(EXAMPLES);

    @AfterEach
    void close() {
        backend.close();
    }

    private static Dataset data(int examples) {
        float[] features = Numbers.floats(1, examples * 4);
        int[] labels = Numbers.ints(2, examples, 3);
        return new Dataset("numbers", features, labels, new int[] {4}, List.of("a", "b", "c"));
    }

    private Network normalized() {
        return new Network(BatchSizesTest.NORMALIZED, backend);
    }

    private float[] weights(Network network) {
        float[] parameters = backend.memory().download(network.parameterBuffer());
        float[] all = Arrays.copyOf(parameters, parameters.length + 10);
        for (int k = 0; k < 2; k++) {
            float[] statistic =
                    backend.memory().download(network.statistics().get(k).values());
            System.arraycopy(statistic, 0, all, parameters.length + 5 * k, 5);
        }
        return all;
    }

    // By hand: batches of 4, 4 and 5.
    private float[] expected() {
        try (Network network = normalized();
                DeviceResidentDataset resident = new DeviceResidentDataset(backend, data);
                Batches batches = resident.batches(5);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            network.state().setLearningRate(1e-3f);
            for (int epoch = 1; epoch <= 3; epoch++) {
                int[] order = Permutation.of(EXAMPLES, 7, Permutation.SHUFFLE, epoch);
                for (int[] part : new int[][] {{0, 4}, {4, 8}, {8, 13}}) {
                    batches.start(Arrays.copyOfRange(order, part[0], part[1]), 5);
                    batches.gather(batches.next());
                    network.step(batches.features(), batches.labels(), part[1] - part[0], totals);
                }
            }
            return weights(network);
        }
    }

    @Test
    void theLastExampleJoinsTheBatchBeforeWhereverTheDataLies() {
        float[] expected = expected();
        for (boolean onDevice : new boolean[] {true, false}) {
            try (Network network = normalized();
                    BatchSource source =
                            onDevice ? new DeviceResidentDataset(backend, data) : new StreamedDataset(backend, data)) {
                Trainer trainer = new Trainer(backend, source, CONFIG);
                assertEquals(3, trainer.stepsPerEpoch(network.spec()));
                trainer.train(network, new TrainingListener() {});
                assertEquals(9, network.state().step());
                assertArrayEquals(expected, weights(network));
            }
        }
    }

    @Test
    void timedEpochsTakeTheSameBatches() {
        try (Network network = normalized();
                DeviceResidentDataset resident = new DeviceResidentDataset(backend, data);
                TimedEpochs epochs = new TimedEpochs(backend, resident, network, CONFIG)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                epochs.run();
            }
            assertEquals(9, network.state().step());
        }
    }

    @Test
    void aSavedRunKnowsWhichExampleAStepMet() throws IOException {
        TrainingState state = new TrainingState(CONFIG, List.of(new EpochMetrics(1, 1, 1, 1, 1, 1, 1)));
        TrainedData trained = TrainedData.of(
                "digits", null, 0.2, 0, 7, new DataSplit(data, data, Optional.empty()), Standardizer.fit(data));
        Path file = directory.resolve("checkpoint");
        try (Network network = normalized();
                Snapshot best = new Snapshot(network);
                StateCopy last = new StateCopy(network)) {
            SavedRun.Facts start = new SavedRun.Facts(
                    state, trained, List.of(), "cpu", network.spec().needsSeveralSamples(), null);
            new RunCheckpoints(file, network, best, last, start, 0);
        }
        SavedRun.Facts facts = SavedRun.read(file).facts();
        int[] order = Permutation.of(EXAMPLES, 7, Permutation.SHUFFLE, 1);
        assertEquals(3, facts.stepsPerEpoch());
        assertEquals(3, facts.steps());
        assertEquals(order[12], facts.exampleAt(2, 4));
        assertThrows(IllegalArgumentException.class, () -> facts.exampleAt(2, 5));
        assertThrows(IllegalArgumentException.class, () -> facts.exampleAt(1, 4));
        assertThrows(IllegalArgumentException.class, () -> facts.exampleAt(3, 0));
    }

    @Test
    void whatCannotBeTrainedIsRefusedAndLeftAsItWas() {
        try (Network network = normalized();
                DeviceResidentDataset one = new DeviceResidentDataset(backend, data(1));
                Batches batches = one.batches(1);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            float[] before = weights(network);
            assertThrows(IllegalArgumentException.class, () -> new Trainer(backend, one, CONFIG)
                    .train(network, new TrainingListener() {}));
            batches.start(new int[] {0}, 1);
            batches.gather(batches.next());
            Refusal.starts(
                    IllegalArgumentException.class,
                    "batch normalization needs at least 2 values a channel to train",
                    () -> network.step(batches.features(), batches.labels(), 1, totals));
            assertArrayEquals(before, weights(network));
            assertEquals(0, network.state().step());
            network.evaluate(batches.features(), batches.labels(), 1, totals);
            assertEquals(1, totals.read().samples(), "one sample is enough without training");
        }
    }

    @Test
    void anEpochBehindTheLastStepIsRefusedBeforeItBegins() {
        try (Network network = normalized();
                DeviceResidentDataset resident = new DeviceResidentDataset(backend, data)) {
            Trainer trainer = new Trainer(backend, resident, CONFIG);
            network.state().setStep(StepState.LAST_STEP - 5);
            TrainingException refusal =
                    assertThrows(TrainingException.class, () -> trainer.train(network, new TrainingListener() {}));
            assertEquals(2, refusal.finished().size(), "what was finished is kept");
            assertEquals(
                    "epoch 3 would lead behind the last step, 4294967294; train fewer epochs, or with larger batches (--batch-size):"
                            + " step=4294967295, steps of an epoch=3",
                    refusal.getMessage());
            assertEquals(StepState.LAST_STEP + 1, network.state().step());
        }
    }

    @Test
    void aCheckpointBehindTheLastStepIsRead() throws IOException {
        Path file = directory.resolve("checkpoint");
        try (Network network = normalized();
                Snapshot best = new Snapshot(network)) {
            network.state().setStep(StepState.LAST_STEP);
            backend.optimizers().advance(network.state());
            Checkpoint.save(network, best, Map.of(), file);
            network.state().setStep(0);
            Checkpoint.read(file).restore(network, best);
            assertEquals(StepState.LAST_STEP + 1, network.state().step());
        }
    }
}
