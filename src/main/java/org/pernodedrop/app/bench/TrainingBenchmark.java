package org.pernodedrop.app.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.pernodedrop.app.bench.ResultRow.Quartiles;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.io.Closer;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.train.DeviceResidentDataset;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.TimedEpochs;
import org.pernodedrop.train.TrainingConfig;

/**
 * Times epochs of networks that differ only in the regularizer, on the same data in device memory. One epoch of each
 * warms up; then they alternate. Steps are captured and replayed as in {@code train}; nothing is evaluated.
 */
public final class TrainingBenchmark {
    /** Minimum number of epochs of a median. */
    public static final int MIN_EPOCHS = 3;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Backend backend;
    private final RunRow run;
    private final boolean graphs;
    private final Consumer<String> notice;

    /**
     * Creates a benchmark on an open backend.
     *
     * @param run says how long each network is timed
     * @param graphs whether steps are CUDA graphs, for the record
     * @param notice told in one line what was left out
     */
    public TrainingBenchmark(Backend backend, RunRow run, boolean graphs, Consumer<String> notice) {
        this.backend = backend;
        this.run = run;
        this.graphs = graphs;
        this.notice = notice;
    }

    /**
     * Times the networks. One that does not fit into memory, or whose strategy refuses its layers, is left out with a
     * notice.
     *
     * @param models in the order of the rows
     * @return a row each
     */
    public List<TrainingRow> run(Dataset data, List<ModelConfig> models, TrainingConfig training) {
        Map<ModelConfig, TimedEpochs> timed = new LinkedHashMap<>();
        Map<ModelConfig, List<Long>> nanos = new LinkedHashMap<>();
        try (Closer closer = new Closer()) {
            DeviceResidentDataset resident =
                    closer.own(new DeviceResidentDataset(backend, data), DeviceResidentDataset::close);
            for (ModelConfig model : models) {
                try {
                    timed.put(model, open(resident, data, model, training, closer));
                    nanos.put(model, new ArrayList<>());
                } catch (IllegalArgumentException | OutOfDeviceMemoryException refusal) {
                    notice.accept(model.regularizer() + " is left out: " + refusal.getMessage());
                }
            }
            double limit = run.seconds() * timed.size() * NANOS_PER_SECOND;
            long start = System.nanoTime();
            for (int round = 0; round < MIN_EPOCHS || System.nanoTime() - start < limit; round++) {
                timed.forEach((model, epochs) -> nanos.get(model).add(epochs.run()));
            }
            return timed.keySet().stream()
                    .map(model -> row(data, model, training, nanos.get(model)))
                    .toList();
        }
    }

    /** Creates a network and warms it up; the closer owns its memory, which is released immediately on failure. */
    private TimedEpochs open(
            DeviceResidentDataset resident, Dataset data, ModelConfig model, TrainingConfig training, Closer closer) {
        NetworkSpec network =
                model.describe(data.exampleShape(), data.classes(), training.seed(), training.newOptimizer());
        Closer parts = new Closer();
        try {
            Network trained = parts.own(new Network(network, backend), Network::close);
            TimedEpochs epochs = parts.own(new TimedEpochs(backend, resident, trained, training), TimedEpochs::close);
            epochs.run();
            closer.add(parts::close);
            return epochs;
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    private TrainingRow row(Dataset data, ModelConfig model, TrainingConfig training, List<Long> nanos) {
        boolean drops = model.regularizer() != Regularizer.NONE;
        MaskSpec mask = model.mask();
        Quartiles epoch = Quartiles.ofNanos(nanos);
        return new TrainingRow(
                run.run(),
                new TrainingRow.TrainedOn(data.name(), data.examples(), data.featureCount()),
                model.architecture().toString(),
                training.batchSize(),
                new TrainingRow.Regularization(
                        model.regularizer().toString(),
                        model.regularizer() == Regularizer.PERNODEDROP
                                ? model.strategy().toString()
                                : null,
                        drops ? mask.noise().toString() : null,
                        drops ? model.dropRate().requested() : null),
                graphs,
                nanos.size(),
                epoch,
                samplesPerSecond(data.examples(), epoch.median()),
                backend.memory().use().peak());
    }

    static double samplesPerSecond(int examples, double epochMicros) {
        return examples / (epochMicros * 1e-6);
    }

    /**
     * Random images of the size and number of MNIST's: they cost the same time as real ones, and nothing can be learnt
     * from them.
     */
    public static final class SyntheticData {
        /** What it is called on the command line and in results. */
        public static final String NAME = "synthetic";

        private static final int EXAMPLES = 60_000;
        private static final int SIDE = 28;
        private static final int CLASSES = 10;
        private static final long SEED = 28;

        private SyntheticData() {}

        /** The first {@code limit} images; 0 for all 60,000. */
        public static Dataset of(int limit) {
            int examples = limit == 0 ? EXAMPLES : Math.min(limit, EXAMPLES);
            SplittableRandom random = new SplittableRandom(SEED);
            int[] labels = new int[examples];
            float[] pixels = new float[examples * SIDE * SIDE];
            for (int example = 0; example < examples; example++) {
                labels[example] = random.nextInt(CLASSES);
                for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                    pixels[example * SIDE * SIDE + pixel] = (float) random.nextDouble(-1, 1);
                }
            }
            List<String> classes =
                    IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
            return new Dataset(NAME, pixels, labels, new int[] {SIDE, SIDE}, classes);
        }
    }
}
