package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.data.DataException;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.data.InputTable;
import org.pernodedrop.io.FolderLock;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.predict.Calibration;
import org.pernodedrop.predict.Prediction;
import org.pernodedrop.predict.Predictor;
import org.pernodedrop.predict.TrainedModel;
import org.pernodedrop.train.TrainedData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: predicts classes by a trained network. */
@Command(
        name = "predict",
        sortOptions = false,
        usageHelpAutoWidth = true,
        abbreviateSynopsis = true,
        description = {
            "Asks a network that train has trained about new examples, or about those that it was validated or tested on, and"
                    + " tells how sure it is.",
            "",
            "With --monte-carlo the masks stay on, and each example is asked about many times: the mean is the prediction, and"
                    + " how much the answers differ tells what the network does not know. Without --inputs, or with --label, the labels are"
                    + " known: then it also tells whether the network is right as often as it says.",
            "",
            "Options:"
        },
        footer = {
            "",
            "Files in --out:",
            "  predictions.csv  class and probabilities of every row; with --monte-carlo the",
            "                   deviations over the draws, predictive entropy and mutual",
            "                   information (nats); without --inputs source_row, the number",
            "                   of the row in the data that the run was given. Rows count",
            "                   from 0, without a header",
            "  calibration.csv  accuracy against confidence in 15 bins (labelled examples)",
            "  reliability.png  the same as a plot",
            "",
            "A row whose outputs are not finite has no class: its fields are empty, it enters no",
            "mean, and the exit code is 1. Class names that a spreadsheet would take for formulas",
            "begin with ' in the files; control characters are escapes like \\u001B.",
            "",
            "Example:",
            "  pernodedrop predict --model runs/digits --monte-carlo 100 --out predictions"
        })
final class PredictCommand extends ProgramCommand {
    /** A part of a run's own data. */
    enum Part {
        /** Split off the training examples; early stopping and the choice of the best epoch used it. */
        VALIDATION,
        /** The data's own test part. */
        TEST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--model",
            paramLabel = "PATH",
            required = true,
            description = "Directory of a run, or a model.safetensors file.")
    private Path model;

    @Option(
            names = "--inputs",
            paramLabel = "FILE",
            description = "CSV file of examples, one a line, plain or .gz. Columns are found by their names if the file"
                    + " and the data that was trained on have a header, and by their position otherwise.")
    private Path inputs;

    @Option(
            names = "--label",
            paramLabel = "COL",
            converter = OptionValues.Column.class,
            description =
                    "With --inputs: column of the true labels, by name or number from 0, to score the predictions by."
                            + " Without it a column that is called as the label in training is ignored.")
    private String label;

    @Mixin
    private final DataOptions.Files tables = new DataOptions.Files();

    @Option(
            names = "--part",
            paramLabel = "NAME",
            description =
                    "Without --inputs: which part of the run's own data: ${COMPLETION-CANDIDATES}. Default: validation.")
    private Part part;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            description =
                    "Without --inputs: where the run's own data is now, if not where it was; it must be the same.")
    private String elsewhere;

    @Option(
            names = "--monte-carlo",
            paramLabel = "N",
            defaultValue = "0",
            converter = OptionValues.NotNegative.class,
            description = "Draws of the masks for each example, at least 2; 0 takes the network without masks. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "What computes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Device device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads on the CPU, 0 for all cores; results don't depend on it. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where files are written; those of earlier predictions are replaced.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        OptionChecks checks = checks();
        checks.onlyWith("predictions without --inputs", inputs == null, "--part", part != null);
        checks.onlyWith("predictions without --inputs", inputs == null, "--data", elsewhere != null);
        checks.onlyWith("predictions with --inputs", inputs != null, "--label", label != null);
        boolean header = spec.commandLine().getParseResult().hasMatchedOption("--header");
        checks.onlyWith("predictions with --inputs", inputs != null, "--header", header);
        checks.require(draws != 1, "--monte-carlo", "must be at least 2, or 0 for none", draws);
        DeviceOptions.Choice choice = checks.valid(
                "--", () -> new DeviceOptions.Choice(BackendOptions.of(device).withThreads(threads)));
        List<Prediction> predictions;
        try (FolderLock folder = OutputFiles.hold(out, this::tell);
                OutputFiles files = OutputFiles.replace(folder, PredictionFiles.FILES, PredictionFiles::isOwn);
                Backend backend = choice.open(checks, this::tell);
                TrainedModel trained = TrainedModel.open(model, backend);
                Predictor predictor = new Predictor(trained.network())) {
            TrainedData data = trained.facts().data();
            if (inputs != null) {
                InputTable table = InputTable.read(inputs, data.wanted(), tables.reading(label, this::tell));
                data.doubt(table.features()).ifPresent(this::tell);
                data.standardizer().scale(table.features());
                predictions = predict(predictor, table.features());
                int[] labels = table.labels().orElse(null);
                write(files.path(), predictions, data.classNames(), labels, null);
                if (labels != null) {
                    calibrate(files.path(), predictions, labels, inputs.toString());
                }
            } else {
                Dataset examples = examples(data.reload(elsewhere, tables.maxUnpackedBytes()));
                predictions = predict(predictor, examples.features());
                write(files.path(), predictions, data.classNames(), examples.labels(), examples::sourceRow);
                String what = (part == null ? Part.VALIDATION : part) + " part";
                calibrate(files.path(), predictions, examples.labels(), what);
            }
            files.commit();
        }
        requireAll(predictions);
        return Main.OK;
    }

    private List<Prediction> predict(Predictor predictor, float[] features) {
        return draws == 0 ? predictor.predict(features) : predictor.monteCarlo(features, draws);
    }

    private Dataset examples(DataSplit split) {
        if (part != Part.TEST) {
            return split.validation();
        }
        return split.test()
                .orElseThrow(() -> new DataException(
                        "the data has no test part of its own: " + split.train().name() + "; take --part validation"));
    }

    private void write(
            Path folder,
            List<Prediction> predictions,
            List<String> classNames,
            int[] labels,
            IntUnaryOperator sourceRows)
            throws IOException {
        Path file = out.resolve(PredictionFiles.PREDICTIONS);
        PredictionFiles.writePredictions(
                folder.resolve(PredictionFiles.PREDICTIONS), predictions, classNames, labels, sourceRows);
        PrintWriter printer = out();
        long existing = predictions.stream().filter(Prediction::exists).count();
        String count = existing == predictions.size() ? "" : existing + " of ";
        printer.println(count + predictions.size() + " predictions: " + file);
        if (draws > 0 && existing > 0) {
            printer.printf(
                    Locale.ROOT,
                    "%d draws of the masks: mean predictive entropy %.4f, mean mutual information %.4f nats%n",
                    draws,
                    mean(predictions, true),
                    mean(predictions, false));
        }
        printer.flush();
    }

    private static double mean(List<Prediction> predictions, boolean entropy) {
        return predictions.stream()
                .filter(Prediction::exists)
                .map(prediction -> prediction.uncertainty().orElseThrow())
                .mapToDouble(each -> entropy ? each.predictiveEntropy() : each.mutualInformation())
                .average()
                .orElseThrow();
    }

    private void calibrate(Path folder, List<Prediction> predictions, int[] labels, String what) throws IOException {
        Calibration calibration = Calibration.of(predictions, labels);
        PredictionFiles.writeCalibration(folder.resolve(PredictionFiles.CALIBRATION), calibration);
        if (calibration.examples() == 0) {
            return;
        }
        Path plot = out.resolve(PredictionFiles.RELIABILITY);
        Optional<String> notDrawn =
                PredictionFiles.drawReliability(folder.resolve(PredictionFiles.RELIABILITY), calibration);
        PrintWriter printer = out();
        printer.printf(
                Locale.ROOT,
                "%s%s: accuracy %.4f, expected calibration error %.4f, negative log-likelihood %.4f, Brier score"
                        + " %.4f%n",
                what,
                calibration.withoutPrediction() == 0
                        ? ""
                        : " (" + calibration.examples() + " of " + labels.length
                                + " examples, those with a prediction)",
                calibration.accuracy(),
                calibration.expectedCalibrationError(),
                calibration.negativeLogLikelihood(),
                calibration.brierScore());
        printer.println(notDrawn.orElse("plot: " + plot));
        printer.flush();
    }

    // Called when all files are written.
    private static void requireAll(List<Prediction> predictions) {
        List<Integer> lost = IntStream.range(0, predictions.size())
                .filter(row -> !predictions.get(row).exists())
                .boxed()
                .toList();
        if (!lost.isEmpty()) {
            throw new DataException("every row must have a prediction, but " + lost.size() + " of " + predictions.size()
                    + " have none, as the network's outputs for them are not finite; their fields are empty, and they"
                    + " enter no mean; look for values that are out of all proportion: row="
                    + MessageText.listed(lost));
        }
    }
}
