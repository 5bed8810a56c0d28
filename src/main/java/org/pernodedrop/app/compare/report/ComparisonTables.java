package org.pernodedrop.app.compare.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.MeanDeviation;
import org.pernodedrop.app.compare.PairedDifference;
import org.pernodedrop.app.compare.Plan.Setting;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.io.CsvLine;

/** A comparison for programs: comma-separated tables and JSON. Numbers read again give the same double. */
final class ComparisonTables {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .build();

    private final Comparison comparison;

    ComparisonTables(Comparison comparison) {
        this.comparison = comparison;
    }

    /** A line a run. */
    String runs() {
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

    /** A line a setting, with mean and standard deviation of each measure. */
    String summary() {
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

    /** A line a difference between chosen settings. */
    String differences() {
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
        for (PairedDifference difference : all()) {
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
    String json(RunsFile.Header header) {
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
        for (PairedDifference each : all()) {
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

    private List<PairedDifference> all() {
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
}
