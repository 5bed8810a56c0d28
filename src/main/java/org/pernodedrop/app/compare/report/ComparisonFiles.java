package org.pernodedrop.app.compare.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.MeanDeviation;
import org.pernodedrop.app.compare.PairedDifference;
import org.pernodedrop.app.compare.Plan.Setting;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.app.report.Plot;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.CsvLine;
import org.pernodedrop.io.FileSet;

/**
 * Files of a comparison: runs.csv, summary.csv, differences.csv, summary.json, gap.png and index.html, and a table
 * for a terminal. Numbers read again from the files give the same double.
 */
public final class ComparisonFiles {
    /** All of them, which belong together. */
    public static final FileSet.Kind FILES = new FileSet.Kind(
            "comparison",
            List.of("runs.csv", "summary.csv", "differences.csv", "summary.json", "index.html", "gap.png"));

    private static final List<Measure> SHOWN =
            List.of(Measure.VALIDATION_LOSS, Measure.GAP, Measure.TEST_LOSS, Measure.TEST_ACCURACY);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .build();

    private ComparisonFiles() {}

    /**
     * Writes all files, each atomically; existing ones are replaced.
     *
     * @return why plots are missing, in one line; empty if they were drawn
     * @throws IOException if one cannot be written
     */
    public static Optional<String> write(Path directory, Comparison comparison, RunsFile.Header header)
            throws IOException {
        write(directory.resolve("runs.csv"), runs(comparison));
        write(directory.resolve("summary.csv"), summary(comparison));
        write(directory.resolve("differences.csv"), differences(comparison));
        write(directory.resolve("summary.json"), json(comparison, header));
        ComparisonPage page = new ComparisonPage(comparison, header);
        write(directory.resolve("index.html"), page.html());
        List<Plot> curves = ComparisonPlots.curves(comparison);
        if (!curves.isEmpty()) {
            Plot.write(directory.resolve("gap.png"), curves);
        }
        return page.notDrawn();
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** CSV with a line per run. */
    private static String runs(Comparison comparison) {
        List<Object> header = new ArrayList<>(List.of("regularizer", "drop_rate", "seed", "failure"));
        for (Measure measure : Measure.values()) {
            header.add(name(measure));
        }
        List<List<Object>> lines = new ArrayList<>();
        for (Setting setting : comparison.settings()) {
            for (ComparedRun run : comparison.runs(setting)) {
                List<Object> line = start(setting);
                line.add(run.seed());
                line.add(run.failure());
                for (Measure measure : Measure.values()) {
                    line.add(run.succeeded() ? measure.of(run) : null);
                }
                lines.add(line);
            }
        }
        return csv(header, lines);
    }

    /** CSV with a line per setting: mean and standard deviation of each measure. */
    private static String summary(Comparison comparison) {
        List<Object> header = new ArrayList<>(List.of("regularizer", "drop_rate", "chosen", "runs", "failed"));
        for (Measure measure : Measure.values()) {
            header.add(name(measure) + "_mean");
            header.add(name(measure) + "_deviation");
        }
        List<List<Object>> lines = new ArrayList<>();
        List<Setting> chosen = comparison.chosen();
        for (Setting setting : comparison.settings()) {
            List<ComparedRun> runs = comparison.runs(setting);
            List<Object> line = start(setting);
            line.add(chosen.contains(setting));
            line.add(runs.size());
            line.add(runs.stream().filter(run -> !run.succeeded()).count());
            for (Measure measure : Measure.values()) {
                MeanDeviation summary = comparison.summary(setting, measure).orElse(null);
                line.add(summary == null ? null : summary.mean());
                line.add(summary == null ? null : known(summary.deviation()));
            }
            lines.add(line);
        }
        return csv(header, lines);
    }

    /** CSV with a line per difference between chosen settings. */
    private static String differences(Comparison comparison) {
        List<Object> header = List.of(
                "baseline",
                "baseline_drop_rate",
                "regularizer",
                "drop_rate",
                "measure",
                "pairs",
                "mean_difference",
                "deviation",
                "low_95",
                "high_95",
                "verdict");
        List<List<Object>> lines = new ArrayList<>();
        for (PairedDifference difference : all(comparison)) {
            List<Object> line = start(difference.baseline());
            line.addAll(start(difference.setting()));
            line.add(name(difference.measure()));
            line.add(difference.difference().count());
            line.add(difference.difference().mean());
            line.add(known(difference.difference().deviation()));
            line.add(known(difference.low()));
            line.add(known(difference.high()));
            line.add(difference.verdict());
            lines.add(line);
        }
        return csv(header, lines);
    }

    /** Settings, environment, summaries and differences as JSON. */
    private static String json(Comparison comparison, RunsFile.Header header) {
        ObjectNode root = JSON.createObjectNode();
        root.set("settings", JSON.valueToTree(header.settings()));
        root.set("environment", JSON.valueToTree(header.environment()));
        ArrayNode summaries = root.putArray("summaries");
        List<Setting> chosen = comparison.chosen();
        for (Setting setting : comparison.settings()) {
            ObjectNode summary = summaries.addObject();
            putSetting(summary, setting);
            summary.put("chosen", chosen.contains(setting));
            summary.put("runs", comparison.runs(setting).size());
            for (Measure measure : Measure.values()) {
                comparison.summary(setting, measure).ifPresent(value -> summary.putObject(name(measure))
                        .put("count", value.count())
                        .put("mean", value.mean())
                        .put("deviation", known(value.deviation())));
            }
        }
        ArrayNode differences = root.putArray("differences");
        for (PairedDifference each : all(comparison)) {
            ObjectNode difference = differences.addObject();
            putSetting(difference, each.setting());
            putSetting(difference.putObject("baseline"), each.baseline());
            difference.put("measure", name(each.measure()));
            difference.put("pairs", each.difference().count());
            difference.put("mean", each.difference().mean());
            difference.put("low_95", known(each.low()));
            difference.put("high_95", known(each.high()));
            difference.put("verdict", each.verdict().toString());
        }
        try {
            return JSON.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the summary cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static List<PairedDifference> all(Comparison comparison) {
        List<PairedDifference> all = new ArrayList<>();
        for (ComparedRegularizer baseline : List.of(ComparedRegularizer.NONE, ComparedRegularizer.DROPOUT)) {
            ComparisonPage.COMPARED.forEach(measure -> all.addAll(comparison.differences(baseline, measure)));
        }
        return all;
    }

    private static void putSetting(ObjectNode node, Setting setting) {
        node.put("regularizer", setting.regularizer().toString());
        node.put("drop_rate", setting.dropRate());
    }

    private static List<Object> start(Setting setting) {
        List<Object> line = new ArrayList<>();
        line.add(setting.regularizer());
        line.add(setting.dropRate());
        return line;
    }

    private static String name(Measure measure) {
        return measure.name().toLowerCase(Locale.ROOT);
    }

    // Of a single run there is no deviation.
    private static Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private static String csv(List<Object> header, List<List<Object>> lines) {
        StringBuilder text = new StringBuilder(CsvLine.of(header));
        lines.forEach(line -> text.append(CsvLine.of(line)));
        return text.toString();
    }

    /** The chosen settings as a table for a terminal. */
    public static String table(Comparison comparison) {
        StringBuilder text = new StringBuilder(String.format("%n%-30s", "at the chosen drop rate"));
        SHOWN.forEach(measure -> text.append(String.format(" %20s", measure.title())));
        text.append(String.format(" %s%n", "  test loss against none, dropout"));
        for (Setting setting : comparison.chosen()) {
            text.append(String.format("%-30s", setting));
            SHOWN.forEach(measure -> comparison
                    .summary(setting, measure)
                    .ifPresent(summary -> text.append(String.format(
                            Locale.ROOT,
                            " %20s",
                            summary.count() == 1
                                    ? String.format(Locale.ROOT, "%.4f", summary.mean())
                                    : String.format(
                                            Locale.ROOT, "%.4f +- %.4f", summary.mean(), summary.deviation())))));
            text.append("   ").append(verdicts(comparison, setting)).append(System.lineSeparator());
        }
        return text.append(System.lineSeparator()).toString();
    }

    private static String verdicts(Comparison comparison, Setting setting) {
        return List.of(ComparedRegularizer.NONE, ComparedRegularizer.DROPOUT).stream()
                .map(baseline -> comparison.differences(baseline, Measure.TEST_LOSS).stream()
                        .filter(difference -> difference.setting().equals(setting))
                        .map(PairedDifference::verdict)
                        .map(Enum::toString)
                        .findFirst()
                        .orElse("-"))
                .collect(Collectors.joining(", "));
    }
}
