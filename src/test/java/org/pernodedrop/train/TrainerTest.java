package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.PlacedData.DataOnDevice;
import org.pernodedrop.train.TrainingConfig.LearningRateSchedule;
import org.pernodedrop.train.TrainingConfig.OptimizerKind;

class TrainerTest {
    private final Backend backend = new CpuBackend(2);
    private final DataSplit split = DataSource.parse("digits", null).load(3, 0.3, 207);
    private final ModelConfig model = ModelConfig.standard().withArchitecture(Architecture.mlp(13));

    TrainerTest() {
        split.standardize();
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private Network network(ModelConfig model, TrainingConfig config) {
        return new Network(model.describe(new int[] {64}, 10, config.seed(), config.newOptimizer()), backend);
    }

    private static TrainingConfig.Builder config(int epochs, int batchSize, double learningRate) {
        return TrainingConfig.builder().epochs(epochs).batchSize(batchSize).learningRate(learningRate);
    }

    private TrainingResult train(ModelConfig model, TrainingConfig config) {
        return train(model, config, new TrainingListener() {});
    }

    private TrainingResult train(ModelConfig model, TrainingConfig config, TrainingListener listener) {
        try (DeviceResidentDataset train = new DeviceResidentDataset(backend, split.train());
                DeviceResidentDataset validation = new DeviceResidentDataset(backend, split.validation());
                Network network = network(model, config)) {
            return new Trainer(backend, train, validation, config).train(network, listener);
        }
    }

    @Test
    void withoutAValidationPartTheTrainingPartStands() {
        TrainingConfig config = config(2, 64, 1e-3).build();
        List<EpochMetrics> validated = train(model, config).epochs();
        try (DeviceResidentDataset train = new DeviceResidentDataset(backend, split.train());
                Network network = network(model, config)) {
            List<EpochMetrics> alone = new Trainer(backend, train, config)
                    .train(network, new TrainingListener() {})
                    .epochs();
            for (int epoch = 0; epoch < 2; epoch++) {
                EpochMetrics metrics = alone.get(epoch);
                assertEquals(validated.get(epoch).trainLoss(), metrics.trainLoss());
                assertEquals(metrics.trainLoss(), metrics.validationLoss());
                assertEquals(metrics.trainAccuracy(), metrics.validationAccuracy());
            }
        }
    }

    // A reference loop: batches are gathered on the host, and nothing stays on the device.
    private List<LossTotals> reference(TrainingConfig config) {
        Dataset data = split.train();
        List<LossTotals> epochs = new ArrayList<>();
        try (Network network = network(model, config);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            for (int epoch = 1; epoch <= config.epochs(); epoch++) {
                network.state().setLearningRate((float) config.learningRate());
                int[] order = Permutation.of(data.examples(), config.seed(), Permutation.SHUFFLE, epoch);
                totals.reset();
                for (int first = 0; first < order.length; first += config.batchSize()) {
                    int count = Math.min(config.batchSize(), order.length - first);
                    Dataset batch = data.subset(Arrays.copyOfRange(order, first, first + count));
                    try (DeviceFloats x = backend.memory().allocate(batch.features().length);
                            DeviceInts labels = backend.memory().allocateInts(count)) {
                        backend.memory().upload(batch.features(), 0, x);
                        backend.memory().upload(batch.labels(), 0, labels);
                        network.step(x, labels, count, totals);
                    }
                }
                epochs.add(totals.read());
            }
            for (Dataset part : List.of(data, split.validation())) {
                totals.reset();
                try (DeviceResidentDataset resident = new DeviceResidentDataset(backend, part)) {
                    network.evaluate(resident.features(), resident.labels(), resident.examples(), totals);
                }
                epochs.add(totals.read());
            }
        }
        return epochs;
    }

    @Test
    void doesWhatALoopByHandDoes() {
        int n = split.train().examples();
        TrainingConfig config = config(3, 50, 0.01).seed(3).build();
        assertTrue(n % config.batchSize() != 0, "the last batch is to be smaller");
        List<EpochMetrics> epochs = train(model, config).epochs();
        List<LossTotals> expected = reference(config);
        for (int k = 0; k < 3; k++) {
            assertEquals(k + 1, epochs.get(k).epoch());
            assertEquals(n, expected.get(k).samples());
            assertEquals(expected.get(k).meanLoss(), epochs.get(k).runningLoss());
        }
        EpochMetrics last = epochs.get(2);
        assertEquals(expected.get(3).meanLoss(), last.trainLoss());
        assertEquals(expected.get(3).accuracy(), last.trainAccuracy());
        assertEquals(expected.get(4).meanLoss(), last.validationLoss());
        assertEquals(expected.get(4).accuracy(), last.validationAccuracy());
        assertEquals(last.validationLoss() - last.trainLoss(), last.gap());
    }

    @Test
    void listenersHearOfEveryStepAndEpoch() {
        int n = split.train().examples();
        for (int batch : new int[] {1, 13, n, n + 1}) {
            TrainingConfig config = config(2, batch, 1e-3).build();
            int[] steps = new int[2];
            List<Integer> finished = new ArrayList<>();
            TrainingListener counter = new TrainingListener() {
                @Override
                public void stepped() {
                    steps[0]++;
                }

                @Override
                public void finished(EpochMetrics epoch) {
                    finished.add(epoch.epoch());
                }
            };
            train(model, config, counter.and(new TrainingListener() {
                @Override
                public void stepped() {
                    steps[1]++;
                }
            }));
            assertEquals(2 * ((n + batch - 1) / batch), steps[0]);
            assertEquals(steps[0], steps[1]);
            assertEquals(List.of(1, 2), finished);
        }
    }

    @ParameterizedTest
    @EnumSource
    void dataMayLieAnywhere(Regularizer regularizer) {
        TrainingConfig config = config(2, 13, 1e-3).seed(3).build();
        List<List<EpochMetrics>> results = new ArrayList<>();
        for (DataOnDevice where : List.of(DataOnDevice.YES, DataOnDevice.NO)) {
            try (PlacedData data = PlacedData.place(backend, split, where, line -> {});
                    Network network = network(model.with(regularizer), config)) {
                TrainingResult result = new Trainer(backend, data.train(), data.validation(), config)
                        .train(network, new TrainingListener() {});
                results.add(result.epochs().stream().map(TrainerTest::timeless).toList());
            }
        }
        assertEquals(results.get(0), results.get(1));
    }

    private static EpochMetrics timeless(EpochMetrics epoch) {
        return new EpochMetrics(
                epoch.epoch(),
                epoch.runningLoss(),
                epoch.trainLoss(),
                epoch.trainAccuracy(),
                epoch.validationLoss(),
                epoch.validationAccuracy(),
                0);
    }

    @Test
    void aStepIsRecordedOnceForEachSize() {
        try (WatchedBackend counting = new WatchedBackend(new CpuBackend(1));
                PlacedData data = PlacedData.place(counting, split, DataOnDevice.NO, line -> {})) {
            TrainingConfig config = config(3, 50, 1e-3).build();
            try (Network network =
                    new Network(model.describe(new int[] {64}, 10, config.seed(), config.newOptimizer()), counting)) {
                new Trainer(counting, data.train(), data.validation(), config)
                        .train(network, new TrainingListener() {});
            }
            assertEquals(2, counting.graphs());
            assertEquals(2, counting.feeds());
            assertEquals(0, counting.memory().use().used());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRegularizerLearns(Regularizer regularizer) {
        TrainingConfig config = config(12, 16, 0.01).build();
        TrainingResult result = train(model.with(regularizer).withArchitecture(Architecture.mlp(64)), config);
        // Guessing gives ln 10 = 2.3.
        assertTrue(result.last().trainLoss() < 1, result.toString());
        assertFalse(result.stoppedEarly());
    }

    @ParameterizedTest
    @EnumSource
    void everyOptimizerLearns(OptimizerKind optimizer) {
        TrainingConfig config = config(5, 16, 0.01).optimizer(optimizer).build();
        TrainingResult result = train(model.with(Regularizer.NONE), config);
        assertTrue(result.last().trainLoss() < 1, result.toString());
    }

    @Test
    void schedulesChangeTheOutcome() {
        TrainingConfig.Builder builder = TrainingConfig.builder().epochs(4).learningRate(0.01);
        List<Double> losses = new ArrayList<>();
        for (LearningRateSchedule schedule : LearningRateSchedule.values()) {
            TrainingResult result = train(model, builder.schedule(schedule).build());
            losses.add(result.last().trainLoss());
            assertEquals(0.01f * (float) schedule.factor(3, 4), builder.build().learningRate(3), 1e-9f);
        }
        assertEquals(3, losses.stream().distinct().count(), losses.toString());
    }

    @Test
    void stopsEarlyWhenNothingImproves() {
        // Too small to change a weight, so that the validation loss stays the same.
        TrainingConfig config = config(10, 64, 1e-30).patience(2).build();
        TrainingResult result = train(model, config);
        assertEquals(3, result.epochs().size());
        assertTrue(result.stoppedEarly());
        assertEquals(1, result.best().epoch());
        assertEquals(3, result.last().epoch());
    }

    @Test
    void firstLossThatIsNotFiniteEndsItAndTheOneAfterTheLastStepToo() {
        TrainingConfig config = config(3, 50, 1e30).optimizer(OptimizerKind.SGD).build();
        Refusal.says(
                TrainingException.class,
                "the loss is not finite in epoch 1, step 2 of 3; use a smaller learning rate"
                        + " (--learning-rate): learningRate=1.0E30",
                () -> train(model, config));
        TrainingConfig whole =
                config(3, 1000, 1e30).optimizer(OptimizerKind.SGD).build();
        Refusal.starts(
                TrainingException.class,
                "the loss is not finite in epoch 1, after step 1 of 1;",
                () -> train(model, whole));
    }

    @Test
    void aSnapshotHoldsTheBestEpochAndNotTheLast() {
        // Early stopping ends it, so the best epoch is before the last.
        TrainingConfig config = config(200, 64, 0.1).patience(2).build();
        try (DeviceResidentDataset train = new DeviceResidentDataset(backend, split.train());
                DeviceResidentDataset validation = new DeviceResidentDataset(backend, split.validation());
                Network network = network(model, config);
                Network other = network(model, config);
                Snapshot best = new Snapshot(network)) {
            assertThrows(IllegalStateException.class, best::restore);
            Trainer trainer = new Trainer(backend, train, validation, config);
            assertThrows(IllegalArgumentException.class, () -> trainer.train(other, new TrainingListener() {}, best));
            TrainingResult result = trainer.train(network, new TrainingListener() {}, best);
            assertTrue(result.best().epoch() < result.last().epoch(), "the last epoch should not be the best here");
            ToDoubleFunction<Network> loss =
                    each -> trainer.evaluate(each, validation).meanLoss();
            assertEquals(result.last().validationLoss(), loss.applyAsDouble(network));
            best.restore();
            assertEquals(result.best().validationLoss(), loss.applyAsDouble(network));
        }
    }
}
