package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskExport;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.MaskStatistics;
import org.pernodedrop.mask.MaskStatistics.Estimate;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Shape;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.SavedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code masks}: writes a layer's mask as a NumPy array and compares its statistics with the expected ones. */
@Command(
        name = "masks",
        description = {
            "Writes the multipliers m[b, i, u] of one layer at one step as a float32 NumPy array, and compares their"
                    + " mean and variance with what they should be.",
            "A mask follows from seed, layer, step and position alone: the file is the same in every run."
        },
        footer = {
            "",
            "Example: the mask of the first layer at step 3, for 2 samples, 4 inputs and 8 outputs:",
            "  pernodedrop masks --seed 1 --step 3 --samples 2 --inputs 4 --outputs 8 \\",
            "    --drop-rate 0.5 --npy mask.npy",
            "  python -c 'import numpy; print(numpy.load(\"mask.npy\")[0])'",
            "and the one that row 5 of step 40 of a training run met:",
            "  pernodedrop masks --run runs/digits --step 40 --sample 5 --layer 0 --npy mask.npy"
        })
final class MasksCommand extends ProgramCommand {
    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of the network, any 64-bit whole number (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--layer",
            paramLabel = "L",
            defaultValue = "0",
            converter = OptionValues.NotNegative.class,
            description = "Number of the layer in network order, from 0 (default: ${DEFAULT-VALUE}).")
    private int layer;

    @Option(
            names = "--step",
            paramLabel = "K",
            defaultValue = "0",
            converter = OptionValues.Step.class,
            description = "Training step, from 0 (default: ${DEFAULT-VALUE}).")
    private long step;

    @Option(
            names = "--samples",
            paramLabel = "B",
            converter = OptionValues.Positive.class,
            description = "Samples of the batch.")
    private Integer samples;

    @Option(
            names = "--inputs",
            paramLabel = "I",
            converter = OptionValues.Positive.class,
            description = "Inputs of the layer; node masks do without.")
    private Integer inputs;

    @Option(
            names = "--outputs",
            paramLabel = "U",
            converter = OptionValues.Positive.class,
            description = "Outputs of the layer.")
    private Integer outputs;

    @Option(
            names = "--drop-rate",
            paramLabel = "P",
            description = "Drop rate, in [0, 1). Bernoulli bits have a binary fraction close to it, see 'effective'.")
    private DropRate rate;

    @Option(
            names = "--noise",
            paramLabel = "NOISE",
            defaultValue = "bernoulli",
            description = "What values are drawn from: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Noise noise;

    @Option(
            names = "--granularity",
            paramLabel = "GRANULARITY",
            defaultValue = "connection",
            description = "What a value is drawn for: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). The array"
                    + " is [B,I,U] for connection and [B,U] for node.")
    private Granularity granularity;

    @Option(names = "--fixed-mask", description = "One mask for all samples and steps.")
    private boolean fixed;

    @Option(
            names = "--npy",
            paramLabel = "FILE",
            required = true,
            description = "Where to write; replaced if it is there, once all is written.")
    private Path file;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description =
                    "Instead: a mask that the run in DIR has drawn in training, of --layer at --step for --sample."
                            + " All else follows from the run.")
    private Path run;

    @Option(
            names = "--sample",
            paramLabel = "N",
            converter = OptionValues.NotNegative.class,
            description = "With --run: row of the step's batch, from 0.")
    private Integer sample;

    private record Layout(Mask mask, MaskSpec spec, long seed, int firstSample, int samples, int inputs, int outputs) {}

    @Override
    public Integer call() throws IOException {
        Layout layout = run == null ? described() : ofRun();
        MaskSpec maskSpec = layout.spec();
        MaskStatistics statistics = MaskExport.write(
                layout.mask(), layout.firstSample(), layout.samples(), layout.inputs(), layout.outputs(), file);
        boolean node = maskSpec.granularity() == Granularity.NODE;
        String shape = node
                ? "[" + layout.samples() + ", " + layout.outputs() + "]"
                : "[" + layout.samples() + ", " + layout.inputs() + ", " + layout.outputs() + "]";
        print(maskSpec, layout.seed(), statistics, shape);
        return Main.OK;
    }

    private Layout described() {
        OptionChecks checks = checks();
        checks.onlyWith("--run", false, "--sample", sample != null);
        required("--samples=B", samples);
        required("--outputs=U", outputs);
        required("--drop-rate=P", rate);
        boolean node = granularity == Granularity.NODE;
        if (inputs == null && !node) {
            throw checks.refusal("Missing required option: '--inputs=I' (only node masks do without)");
        }
        MaskSpec maskSpec = checks.mask("--drop-rate", noise, granularity, rate, fixed);
        return new Layout(
                Mask.of(maskSpec, seed, layer, (int) step), maskSpec, seed, 0, samples, node ? 1 : inputs, outputs);
    }

    private void required(String option, Object value) {
        if (value == null) {
            throw checks().refusal("Missing required option: '" + option + "' (only --run does without)");
        }
    }

    private Layout ofRun() throws IOException {
        for (String option : List.of(
                "--seed",
                "--samples",
                "--inputs",
                "--outputs",
                "--drop-rate",
                "--noise",
                "--granularity",
                "--fixed-mask")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw checks().refusal(option + " is not for --run, from which it follows: leave it out");
            }
        }
        required("--sample=N", sample);
        SavedRun saved = SavedRun.read(RunDirectory.of(run).checkpoint(false));
        NetworkSpec network = saved.checkpoint().network();
        if (layer >= network.layers().size()) {
            throw new IllegalArgumentException("layer must be one of the network's, in [0, "
                    + network.layers().size() + "): layer=" + layer);
        }
        Layer described = network.layers().get(layer);
        MaskSpec maskSpec = described
                .drawnMask()
                .orElseThrow(() -> new IllegalArgumentException("the layer never has a mask; the network's layers are "
                        + network.layers().stream().map(Layer::kind).toList() + ": layer=" + layer));
        if (described.drawsAtOutputs()) {
            throw new IllegalArgumentException(
                    "the strategy reparameterized drew at the outputs, no mask of connections"
                            + " existed; train with another strategy: layer=" + layer);
        }
        int example = saved.facts().exampleAt(step, sample);
        Shape shape = described.maskShape(network.inputShape(layer));
        spec.commandLine()
                .getOut()
                .println("run: " + run + ", step " + step + ", sample " + sample + ": training example " + example
                        + " of " + saved.facts().data().trainExamples());
        return new Layout(
                Mask.of(maskSpec, network.seed(), layer, (int) step),
                maskSpec,
                network.seed(),
                described.masksBatch() ? 0 : sample,
                1,
                shape.rank() == 1 ? 1 : shape.dimensions().get(0),
                shape.dimensions().get(shape.rank() - 1));
    }

    private void print(MaskSpec maskSpec, long drawnFrom, MaskStatistics statistics, String shape) {
        PrintWriter out = out();
        out.printf(
                Locale.ROOT,
                "mask: %s, %s%s, seed %d, layer %d, step %d%n",
                maskSpec.noise(),
                maskSpec.granularity(),
                maskSpec.fixed() ? ", fixed" : "",
                drawnFrom,
                layer,
                step);
        out.printf(
                Locale.ROOT,
                "drop rate: %s, effective %s, planes %d%n",
                maskSpec.rate().requested(),
                maskSpec.effectiveDropRate(),
                maskSpec.noise().usesBits() ? maskSpec.rate().planes() : 0);
        out.printf(Locale.ROOT, "%-10s %12s %12s %12s %8s%n", "", "value", "expected", "std. error", "z");
        printRow(out, "mean", statistics.mean());
        printRow(out, "variance", statistics.variance());
        printRow(out, maskSpec.noise() == Noise.BERNOULLI ? "dropped" : "perturbed", statistics.perturbedShare());
        out.printf(
                Locale.ROOT,
                "values: %d%s%n",
                statistics.count(),
                maskSpec.fixed() ? " (of one sample; the others are copies)" : "");
        out.println("array: float32 " + shape + " in " + file);
    }

    private static void printRow(PrintWriter out, String name, Estimate estimate) {
        out.printf(
                Locale.ROOT,
                "%-10s %12.6f %12.6f %12.6f %+8.2f%n",
                name,
                estimate.value(),
                estimate.expected(),
                estimate.standardError(),
                estimate.zScore());
    }
}
