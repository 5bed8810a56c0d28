package org.pernodedrop.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.train.DataOnDevice;
import org.pernodedrop.train.MetricsCsv;
import org.pernodedrop.train.PlacedData;
import org.pernodedrop.train.ProgressDisplay;
import org.pernodedrop.train.RunCheckpoints;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.SavedRun;
import org.pernodedrop.train.TrainedData;
import org.pernodedrop.train.Trainer;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingListener;
import org.pernodedrop.train.TrainingResult;
import org.pernodedrop.train.TrainingState;

/** Trains networks one after the other on the same data. */
final class TrainingRun {
    private final Backend backend;
    private final DataSplit split;
    private final Start start;
    private final Consumer<String> notice;
    private final Map<String, Trained> trained = new LinkedHashMap<>();
    private PlacedData data;

    /**
     * How a run begins.
     *
     * @param training how networks are trained
     * @param facts of the data
     * @param arguments of the command line
     * @param resuming whether to go on from the checkpoints that are there
     * @param checkpointInterval seconds between checkpoints
     * @param wanted where data is to lie
     * @param explain whether to tell how masks are computed
     */
    record Start(
            TrainingConfig training,
            TrainedData facts,
            List<String> arguments,
            boolean resuming,
            double checkpointInterval,
            DataOnDevice wanted,
            boolean explain) {}

    /** A network, how its masks were computed, what was measured of it, and its totals on the test part, if there is one. */
    record Trained(
            NetworkSpec network, List<LayerStrategy> strategies, TrainingResult result, Optional<LossTotals> test) {}

    TrainingRun(Backend backend, DataSplit split, Start start, Consumer<String> notice) {
        this.backend = backend;
        this.split = split;
        this.start = start;
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
        boolean twin = !trained.isEmpty();
        TrainingConfig training = start.training();
        Optional<SavedRun> saved = saved(directory.checkpoint(twin));
        TrainingState state = saved.map(run -> run.facts().training().continuedBy(training))
                .orElse(new TrainingState(training, List.of()));
        saved.ifPresent(this::checkSurroundings);
        try (Network network = new Network(description, backend);
                Snapshot best = new Snapshot(network)) {
            network.reserve(
                    Trainer.largestBatch(description, training, split.train().examples()));
            tellStrategies(network.strategies());
            if (saved.isPresent()) {
                saved.get().checkpoint().restore(network, best);
                notice.accept(name + ": goes on after epoch " + state.epochs().size() + " of " + training.epochs());
            }
            if (data == null) {
                data = PlacedData.place(backend, split, start.wanted(), notice);
                prepare(directory);
            }
            Trainer trainer = new Trainer(backend, data.train(), data.validation(), training);
            MetricsCsv metrics = new MetricsCsv(directory.metrics(twin), state.epochs());
            RunCheckpoints checkpoints = new RunCheckpoints(
                    directory.checkpoint(twin),
                    network,
                    best,
                    new SavedRun.Facts(state, start.facts(), start.arguments(), backend.describe()),
                    start.checkpointInterval());
            try (ProgressDisplay progress = new ProgressDisplay(
                    name,
                    training.epochs(),
                    state.epochs().size(),
                    trainer.stepsPerEpoch(description),
                    ProgressDisplay.isInteractive(),
                    notice)) {
                TrainingListener listener = metrics.and(progress).and(checkpoints);
                TrainingResult result = trainer.resume(network, state.epochs(), listener, best);
                Optional<LossTotals> test = data.test().map(part -> trainer.evaluate(network, part));
                trained.put(name, new Trained(description, network.strategies(), result, test));
            }
            checkpoints.write();
            best.restore();
            checkpoints.saveModel(directory.model(twin));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare(RunDirectory directory) {
        if (start.resuming()) {
            directory.clearLeftovers();
        } else {
            directory.clear();
        }
    }

    // A run that was killed in its first network has no checkpoint of the second one.
    private Optional<SavedRun> saved(Path checkpoint) {
        if (!start.resuming() || !trained.isEmpty() && Files.notExists(checkpoint)) {
            return Optional.empty();
        }
        try {
            return Optional.of(SavedRun.read(checkpoint));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkSurroundings(SavedRun run) {
        run.facts().data().requireSame(start.facts());
        if (!run.facts().computedBy().equals(backend.describe())) {
            notice.accept(
                    "the run began on another device or in another way, and may go on with other roundings: it was "
                            + run.facts().computedBy());
        }
    }

    // What could not be done as asked is told in any case.
    private void tellStrategies(List<LayerStrategy> strategies) {
        for (LayerStrategy each : strategies) {
            if (start.explain() || each.choice().fallback()) {
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
