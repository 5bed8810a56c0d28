package org.pernodedrop.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskExport;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.MaskStatistics;
import org.pernodedrop.mask.MaskStatistics.Estimate;
import org.pernodedrop.mask.Noise;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code masks}: writes a layer's mask as a NumPy array and tells whether its values are what they should be. */
@Command(
        name = "masks",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
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
            "  python -c 'import numpy; print(numpy.load(\"mask.npy\")[0])'"
        })
final class MasksCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

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
            required = true,
            converter = OptionValues.Positive.class,
            description = "Samples of the batch.")
    private int samples;

    @Option(
            names = "--inputs",
            paramLabel = "I",
            converter = OptionValues.Positive.class,
            description = "Inputs of the layer; node masks do without.")
    private Integer inputs;

    @Option(
            names = "--outputs",
            paramLabel = "U",
            required = true,
            converter = OptionValues.Positive.class,
            description = "Outputs of the layer.")
    private int outputs;

    @Option(
            names = "--drop-rate",
            paramLabel = "P",
            required = true,
            converter = OptionValues.Rate.class,
            description = "Drop rate, in [0, 1). Bernoulli bits have a binary fraction close to it, see 'effective'.")
    private DropRate rate;

    @Option(
            names = "--noise",
            converter = EnumOption.OfNoise.class,
            completionCandidates = EnumOption.OfNoise.class,
            paramLabel = "NOISE",
            defaultValue = "bernoulli",
            description = "What values are drawn from: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Noise noise;

    @Option(
            names = "--granularity",
            converter = EnumOption.OfGranularity.class,
            completionCandidates = EnumOption.OfGranularity.class,
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

    @Override
    public Integer call() throws IOException {
        boolean node = granularity == Granularity.NODE;
        if (inputs == null && !node) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required option: '--inputs=I' (only node masks do without)");
        }
        MaskSpec maskSpec = new MaskSpec(noise, granularity, rate, fixed);
        Mask mask = Mask.of(maskSpec, seed, layer, (int) step);
        MaskStatistics statistics = MaskExport.write(mask, samples, node ? 1 : inputs, outputs, file);
        String shape =
                node ? "[" + samples + ", " + outputs + "]" : "[" + samples + ", " + inputs + ", " + outputs + "]";
        print(maskSpec, statistics, shape);
        return Main.OK;
    }

    private void print(MaskSpec maskSpec, MaskStatistics statistics, String shape) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "mask: %s, %s%s, seed %d, layer %d, step %d%n",
                noise,
                granularity,
                fixed ? ", fixed" : "",
                seed,
                layer,
                step);
        out.printf(
                Locale.ROOT,
                "drop rate: %s, effective %s, planes %d%n",
                rate.requested(),
                maskSpec.effectiveDropRate(),
                noise.usesBits() ? rate.planes() : 0);
        out.printf(Locale.ROOT, "%-10s %12s %12s %12s %8s%n", "", "value", "expected", "std. error", "z");
        printRow(out, "mean", statistics.mean());
        printRow(out, "variance", statistics.variance());
        printRow(out, noise == Noise.BERNOULLI ? "dropped" : "disturbed", statistics.disturbedShare());
        out.printf(
                Locale.ROOT,
                "values: %d%s%n",
                statistics.count(),
                fixed ? " (of one sample; the others are copies)" : "");
        out.printf(Locale.ROOT, "array: float32 %s in %s%n", shape, file);
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
