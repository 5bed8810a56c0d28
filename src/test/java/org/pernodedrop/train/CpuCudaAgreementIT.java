package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.Network;
import org.pernodedrop.train.ModelConfig.Regularizer;

/** The same seed on the CPU and on a CUDA device gives the same weights and masks, and losses that diverge slowly. */
@Tag("thorough")
class CpuCudaAgreementIT {
    private static final int STEPS = 100;
    private static final int BATCH = 20;
    private static final long SEED = 9;

    /** Of a step's loss: accumulated rounding errors of sums; 1e-7 was measured. */
    private static final double TOLERANCE = 1e-4;

    private static Backend cuda;
    private static Backend cpu;
    private final DataSplit split = DataSource.parse("digits", null).load(SEED, 0.3, 600);

    CpuCudaAgreementIT() {
        split.standardize();
    }

    enum Model {
        BERNOULLI_HALF(Regularizer.PERNODEDROP, Noise.BERNOULLI, Granularity.CONNECTION, 0.5),
        BERNOULLI_THIRD(Regularizer.PERNODEDROP, Noise.BERNOULLI, Granularity.CONNECTION, 0.3),
        GAUSSIAN(Regularizer.PERNODEDROP, Noise.GAUSSIAN, Granularity.CONNECTION, 0.5),
        PARTIAL_GAUSSIAN(Regularizer.PERNODEDROP, Noise.PARTIAL_GAUSSIAN, Granularity.CONNECTION, 0.3),
        NODE(Regularizer.PERNODEDROP, Noise.BERNOULLI, Granularity.NODE, 0.3),
        DROPOUT(Regularizer.DROPOUT, Noise.BERNOULLI, Granularity.NODE, 0.5),
        GAUSSIAN_DROPOUT(Regularizer.GAUSSIAN_DROPOUT, Noise.GAUSSIAN, Granularity.NODE, 0.3),
        DROPCONNECT(Regularizer.DROPCONNECT, Noise.BERNOULLI, Granularity.CONNECTION, 0.3);

        private final ModelConfig config;

        Model(Regularizer regularizer, Noise noise, Granularity granularity, double dropRate) {
            config = ModelConfig.standard()
                    .with(regularizer)
                    .with(noise, granularity, dropRate)
                    .withArchitecture(Architecture.mlp(33, 21))
                    .with(Activation.RELU, 1e-4);
        }
    }

    /** Results of a training on one device. */
    private record Outcome(float[] initial, List<float[]> masks, List<LossTotals> losses) {}

    @BeforeAll
    static void open() {
        cuda = CudaDeviceUnderTest.open();
        cpu = new CpuBackend(2);
    }

    @AfterAll
    static void close() {
        if (cuda != null) {
            cuda.close();
            cpu.close();
        }
    }

    private Outcome train(Backend backend, ModelConfig model) {
        TrainingConfig config = TrainingConfig.builder().seed(SEED).build();
        int n = split.train().examples();
        List<float[]> masks = new ArrayList<>();
        List<LossTotals> losses = new ArrayList<>();
        try (Network network = new Network(model.describe(new int[] {64}, 10, SEED, config.newOptimizer()), backend);
                BatchSource data = new DeviceResidentDataset(backend, split.train());
                Batches batches = data.batches(BATCH);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            float[] initial = backend.memory().download(network.parameterBuffer());
            network.reserve(BATCH);
            try (CapturedSteps steps = new CapturedSteps(backend, network, batches, totals)) {
                for (int epoch = 1; losses.size() < STEPS; epoch++) {
                    batches.start(Permutation.of(n, SEED, Permutation.SHUFFLE, epoch), BATCH);
                    for (int count = batches.next(); count > 0 && losses.size() < STEPS; count = batches.next()) {
                        if (losses.size() % 33 == 0) {
                            masks.addAll(masks(network));
                        }
                        totals.reset();
                        steps.run(count);
                        losses.add(totals.read());
                    }
                }
            }
            return new Outcome(initial, masks, losses);
        }
    }

    private static List<float[]> masks(Network network) {
        List<float[]> masks = new ArrayList<>();
        for (int layer = 0; layer < network.spec().layers().size(); layer++) {
            if (network.spec().layers().get(layer).drawnMask().isPresent()) {
                masks.add(network.mask(layer, 3));
            }
        }
        return masks;
    }

    @ParameterizedTest
    @EnumSource
    void sameSeedSameTraining(Model model) {
        Outcome expected = train(cpu, model.config);
        Outcome actual = train(cuda, model.config);
        assertArrayEquals(expected.initial(), actual.initial(), "initial parameters");
        // Two layers at steps 0, 33, 66 and 99.
        assertEquals(8, expected.masks().size());
        for (int k = 0; k < expected.masks().size(); k++) {
            assertArrayEquals(expected.masks().get(k), actual.masks().get(k), "mask " + k);
        }
        assertTrue(
                expected.losses().get(STEPS - 1).meanLoss()
                        < expected.losses().get(0).meanLoss(),
                "it learns");
        for (int step = 0; step < STEPS; step++) {
            LossTotals wanted = expected.losses().get(step);
            LossTotals given = actual.losses().get(step);
            assertEquals(wanted.samples(), given.samples(), "step " + step);
            assertEquals(wanted.meanLoss(), given.meanLoss(), TOLERANCE * wanted.meanLoss(), "step " + step);
        }
    }
}
