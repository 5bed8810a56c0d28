package org.pernodedrop.app.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.io.Closer;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.Regularizer;
import org.pernodedrop.train.ResidentDataset;
import org.pernodedrop.train.TimedEpochs;
import org.pernodedrop.train.TrainingConfig;

/**
 * Times epochs of networks that differ in the regularizer alone, on the same data, which lies on the device. An epoch of
 * each warms up; then they take turns. Steps are recorded and replayed as {@code train} does; nothing is evaluated.
 */
public final class TrainingBenchmark {
    /** Fewest epochs that a median is taken of. */
    public static final int LEAST_EPOCHS = 3;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Backend backend;
    private final RunRow run;
    private final boolean graphs;
    private final Consumer<String> notice;

    /**
     * A benchmark on a backend.
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
     * Times the networks; one that has no room, or whose strategy refuses its layers, is left out with a notice.
     *
     * @param models in the order of the rows
     * @return a row each
     */
    public List<TrainingRow> run(Dataset data, List<ModelConfig> models, TrainingConfig training) {
        Map<ModelConfig, TimedEpochs> timed = new LinkedHashMap<>();
        Map<ModelConfig, List<Long>> nanos = new LinkedHashMap<>();
        try (Closer closer = new Closer()) {
            ResidentDataset resident = closer.own(new ResidentDataset(backend, data), ResidentDataset::close);
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
            for (int round = 0; round < LEAST_EPOCHS || System.nanoTime() - start < limit; round++) {
                timed.forEach((model, epochs) -> nanos.get(model).add(epochs.run()));
            }
            return timed.keySet().stream()
                    .map(model -> row(data, model, training, nanos.get(model)))
                    .toList();
        }
    }

    /** A network that was warmed up; what it holds is given back with the closer, or at once if that fails. */
    private TimedEpochs open(
            ResidentDataset resident, Dataset data, ModelConfig model, TrainingConfig training, Closer closer) {
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
                data.name(),
                data.examples(),
                data.featureCount(),
                model.architecture().toString(),
                training.batchSize(),
                model.regularizer().toString(),
                model.regularizer() == Regularizer.PERNODEDROP
                        ? model.strategy().toString()
                        : null,
                drops ? mask.noise().toString() : null,
                drops ? model.dropRate() : null,
                graphs,
                nanos.size(),
                epoch,
                samplesPerSecond(data.examples(), epoch.median()),
                backend.memory().use().peak());
    }

    static double samplesPerSecond(int examples, double epochMicros) {
        return examples / (epochMicros * 1e-6);
    }
}
