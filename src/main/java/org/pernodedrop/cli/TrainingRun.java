package org.pernodedrop.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.OutOfDeviceMemoryException;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.nn.LayerStrategy;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.train.DataOnDevice;
import org.pernodedrop.train.MetricsCsv;
import org.pernodedrop.train.PlacedData;
import org.pernodedrop.train.ProgressDisplay;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.Trainer;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingListener;
import org.pernodedrop.train.TrainingResult;

/** Trains networks one after the other on the same data. */
final class TrainingRun {
    private final Backend backend;
    private final DataSplit split;
    private final TrainingConfig training;
    private final DataOnDevice wanted;
    private final boolean explain;
    private final Consumer<String> notice;
    private final Map<String, Trained> trained = new LinkedHashMap<>();
    private PlacedData data;

    /** A network, how its masks were computed, what was measured of it, and its totals on the test part, if there is one. */
    record Trained(
            NetworkSpec network, List<LayerStrategy> strategies, TrainingResult result, Optional<LossTotals> test) {}

    TrainingRun(
            Backend backend,
            DataSplit split,
            TrainingConfig training,
            DataOnDevice wanted,
            boolean explain,
            Consumer<String> notice) {
        this.backend = backend;
        this.split = split;
        this.training = training;
        this.wanted = wanted;
        this.explain = explain;
        this.notice = notice;
    }

    /**
     * Trains networks by their names; files of an earlier run stay until the first of them and the data have found room.
     *
     * @throws OutOfDeviceMemoryException naming the options that would help, that on the data among them
     */
    void train(Map<String, NetworkSpec> networks, RunDirectory directory) {
        try {
            networks.forEach((name, network) -> train(name, network, directory));
        } catch (OutOfDeviceMemoryException e) {
            if (!dataOnDevice()) {
                throw e;
            }
            throw new OutOfDeviceMemoryException(e.getMessage() + "; or leave the data out: --data-on-device no", e);
        } finally {
            if (data != null) {
                data.close();
            }
        }
    }

    private void train(String name, NetworkSpec description, RunDirectory directory) {
        try (Network network = new Network(description, backend)) {
            network.reserve(Trainer.largestBatch(training, split.train().examples()));
            tellStrategies(network.strategies());
            if (data == null) {
                data = PlacedData.place(backend, split, wanted, notice);
                directory.clear();
            }
            Trainer trainer = new Trainer(backend, data.train(), data.validation(), training);
            MetricsCsv metrics = new MetricsCsv(directory.metrics(!trained.isEmpty()));
            try (ProgressDisplay progress = new ProgressDisplay(
                    name, training.epochs(), trainer.stepsPerEpoch(), ProgressDisplay.isInteractive(), notice)) {
                TrainingListener listener = metrics.and(progress);
                TrainingResult result = trainer.train(network, listener);
                Optional<LossTotals> test = data.test().map(part -> trainer.evaluate(network, part));
                trained.put(name, new Trained(description, network.strategies(), result, test));
            }
        }
    }

    // What could not be done as asked is told in any case.
    private void tellStrategies(List<LayerStrategy> strategies) {
        for (LayerStrategy each : strategies) {
            if (explain || each.choice().fallback()) {
                notice.accept(String.format(
                        Locale.ROOT,
                        "layer %d: %s, %.1f MiB for masks; %s",
                        each.layer(),
                        each.choice().strategy(),
                        each.maskBytes() / (double) (1 << 20),
                        each.choice().reason()));
            }
        }
    }

    /** The networks that were trained to the end, by their names. */
    Map<String, Trained> trained() {
        return trained;
    }

    /** Whether the data lay on the device. */
    boolean dataOnDevice() {
        return data != null && data.onDevice();
    }
}
