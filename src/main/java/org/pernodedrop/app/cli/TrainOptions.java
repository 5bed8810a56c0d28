package org.pernodedrop.app.cli;

import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.RunReport;
import org.pernodedrop.train.TrainingConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a training run: data, optimization, device and folder. */
final class TrainOptions {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss");

    @Mixin
    final DataOptions data = new DataOptions();

    @Mixin
    private final OptimizationOptions optimization = new OptimizationOptions();

    @Mixin
    final DeviceOptions device = new DeviceOptions();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "42",
            description = "What everything random follows from: the same seed gives the same run. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads on the CPU, 0 for all cores; results don't depend on it. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = "--explain", description = "Say how each layer with masks on connections is computed, and why.")
    boolean explain;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where metrics, curves and report are written; an earlier run there is replaced once this one is"
                            + " whole. Default: runs/<time>, which is new.")
    private Path out;

    @Option(
            names = "--checkpoint-interval",
            paramLabel = "SECONDS",
            defaultValue = "60",
            converter = OptionValues.NotNegativeSeconds.class,
            description = "Write a checkpoint after an epoch if the last one is this old; one is always written at the"
                    + " start and at the end. Default: ${DEFAULT-VALUE}.")
    double checkpointInterval;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description =
                    "Go on with the run in DIR where its last checkpoint is, with its options, to the same result."
                            + " Options that are given too replace those; of what is learned and how, only --epochs and"
                            + " --patience may be others; --data says where the same data is now.")
    Path resume;

    /** Refuses values that are out of range or contradict each other, naming the option. */
    void check(OptionChecks checks) {
        choice(checks).check(checks);
        optimization.check(checks);
        data.check(checks);
    }

    Backend backend(OptionChecks checks, Consumer<String> notice) {
        return choice(checks).open(checks, notice);
    }

    /** Describes the use of the backend so far. */
    RunReport.DeviceUse deviceUse(OptionChecks checks, Backend backend, boolean dataLaidThere) {
        DeviceOptions.Choice choice = choice(checks);
        Memory.Use memory = backend.memory().use();
        return new RunReport.DeviceUse(
                memory.peak(), memory.total(), dataLaidThere, choice.graphsOn(backend), choice.precisionOn(backend));
    }

    private DeviceOptions.Choice choice(OptionChecks checks) {
        return device.choice(checks, threads);
    }

    TrainingConfig training() {
        return optimization.training(seed);
    }

    /** The effective value of every option by its name, with those of the model; unused ones are null. */
    Map<String, Object> settings(Map<String, Object> model, Path directory) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.putAll(data.settings());
        settings.putAll(model);
        settings.putAll(optimization.settings());
        settings.put("seed", seed);
        settings.put("threads", threads);
        settings.putAll(device.settings());
        settings.put("checkpoint_interval", checkpointInterval);
        settings.put("out", directory.toString());
        return settings;
    }

    /** Opens and locks the directory of the run; by default a new one. */
    RunDirectory open(OffsetDateTime now, Consumer<String> notice) {
        return out == null
                ? RunDirectory.openNew(Path.of("runs", TIME.format(now)), notice)
                : RunDirectory.open(out, notice);
    }
}
