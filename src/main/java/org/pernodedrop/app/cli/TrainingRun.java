package org.pernodedrop.app.cli;

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
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.nn.LayerStrategy;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.nn.StateCopy;
import org.pernodedrop.train.EpochMetrics;
import org.pernodedrop.train.MetricsCsv;
import org.pernodedrop.train.PlacedData;
import org.pernodedrop.train.PlacedData.DataOnDevice;
import org.pernodedrop.train.RunCheckpoints;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.SavedRun;
import org.pernodedrop.train.TrainedData;
import org.pernodedrop.train.Trainer;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingException;
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
     * Settings of a training run.
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

    /**
     * A network after training.
     *
     * @param strategies how its masks were computed
     * @param result what was measured of it; empty if its loss was not finite in the first epoch
     * @param diverged why training ended before its time, if its loss was not finite
     * @param test totals on the test part, if there is one
     */
    record Trained(
            NetworkSpec network,
            List<LayerStrategy> strategies,
            Optional<TrainingResult> result,
            Optional<String> diverged,
            Optional<LossTotals> test) {}

    TrainingRun(Backend backend, DataSplit split, Start start, Consumer<String> notice) {
        this.backend = backend;
        this.split = split;
        this.start = start;
        this.notice = notice;
    }

    /**
     * Trains networks by their names. If a loss is not finite after at least one epoch, the network keeps its state
     * after the last finished epoch, and the next network is trained nevertheless.
     *
     * @throws TrainingException if the loss of the first network is not finite in the first epoch: there is nothing to
     *     keep
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
        saved.ifPresent(run -> run.facts().data().requireSame(start.facts()));
        try (Network network = new Network(description, backend);
                Snapshot best = new Snapshot(network);
                StateCopy last = new StateCopy(network)) {
            network.reserve(
                    Trainer.largestBatch(description, training, split.train().examples()));
            tellStrategies(network.strategies());
            if (saved.isPresent()) {
                tellOtherBackend(saved.get());
                saved.get().checkpoint().restore(network, best);
                notice.accept(name + ": goes on after epoch " + state.epochs().size() + " of " + training.epochs());
            }
            if (data == null) {
                data = PlacedData.place(backend, split, start.wanted(), notice);
                begin(directory);
            }
            Trainer trainer = new Trainer(backend, data.train(), data.validation(), training);
            MetricsCsv metrics = new MetricsCsv(directory.metrics(twin), state.epochs());
            RunCheckpoints checkpoints = new RunCheckpoints(
                    directory.checkpoint(twin),
                    network,
                    best,
                    last,
                    new SavedRun.Facts(
                            state,
                            start.facts(),
                            start.arguments(),
                            backend.describe(),
                            description.needsSeveralSamples(),
                            saved.map(run -> run.facts().diverged()).orElse(null)),
                    start.checkpointInterval());
            tellRoom(name, checkpoints);
            Outcome outcome;
            try (ProgressDisplay progress = new ProgressDisplay(
                    name,
                    training.epochs(),
                    state.epochs().size(),
                    trainer.stepsPerEpoch(description),
                    ProgressDisplay.isInteractive(),
                    notice)) {
                TrainingListener listener =
                        metrics.and(progress).and(checkpoints).and(new Keeping(directory));
                outcome = saved.map(run -> run.facts().diverged())
                        .map(reason -> new Outcome(state.epochs(), false, reason))
                        .orElseGet(() -> train(trainer, network, state.epochs(), listener, best));
            }
            if (outcome.epochs().isEmpty()) {
                withdraw(outcome, directory, twin);
                trained.put(
                        name,
                        new Trained(
                                description,
                                network.strategies(),
                                Optional.empty(),
                                Optional.of(outcome.diverged()),
                                Optional.empty()));
                return;
            }
            if (outcome.diverged() == null) {
                checkpoints.write();
            } else {
                checkpoints.diverged(outcome.diverged());
            }
            trained.put(
                    name,
                    new Trained(
                            description,
                            network.strategies(),
                            Optional.of(new TrainingResult(outcome.epochs(), outcome.stoppedEarly())),
                            Optional.ofNullable(outcome.diverged()),
                            data.test().map(part -> trainer.evaluate(network, part))));
            best.restore();
            checkpoints.saveModel(directory.model(twin));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Result of a training; {@code diverged} explains why it ended early, or is null. */
    private record Outcome(List<EpochMetrics> epochs, boolean stoppedEarly, String diverged) {}

    private static Outcome train(
            Trainer trainer, Network network, List<EpochMetrics> finished, TrainingListener listener, Snapshot best) {
        try {
            TrainingResult result = trainer.resume(network, finished, listener, best);
            return new Outcome(result.epochs(), result.stoppedEarly(), null);
        } catch (TrainingException e) {
            return new Outcome(e.finished(), false, e.getMessage());
        }
    }

    // A network without a finished epoch keeps no files; without the first network there is no run.
    private static void withdraw(Outcome outcome, RunDirectory directory, boolean twin) throws IOException {
        if (!twin) {
            throw new TrainingException(outcome.diverged());
        }
        Files.deleteIfExists(directory.checkpoint(true));
        Files.deleteIfExists(directory.metrics(true));
    }

    /** Keeps the files of a run from its first finished epoch on, so that it can be resumed. */
    private record Keeping(RunDirectory directory) implements TrainingListener {
        @Override
        public void finished(EpochMetrics epoch) {
            directory.keep();
        }
    }

    private void begin(RunDirectory directory) {
        directory.begin();
        if (!directory.unfinished().equals(directory.path())) {
            notice.accept("the run that is in " + directory.path() + " stays until the new one, in "
                    + directory.unfinished() + ", is whole");
        }
    }

    private void tellRoom(String name, RunCheckpoints checkpoints) {
        if (checkpoints.room() < start.training().epochs()) {
            notice.accept(name + ": the files of a run with these data have room for " + checkpoints.room()
                    + " epochs; training ends there");
        }
    }

    // A run that was killed while it trained its first network has no checkpoint of the second.
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

    // Once initial values were drawn: only then does a backend know what draws them.
    private void tellOtherBackend(SavedRun run) {
        if (!run.facts().computedBy().equals(backend.describe())) {
            notice.accept(
                    "the run began on another device or in another way, and may go on with other roundings: it was "
                            + run.facts().computedBy());
        }
    }

    // A fallback is always reported.
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

    /** Whether the data is in device memory. */
    boolean dataOnDevice() {
        return data != null && data.onDevice();
    }
}
