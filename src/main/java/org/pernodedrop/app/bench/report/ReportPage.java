package org.pernodedrop.app.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pernodedrop.app.bench.LayerRow;
import org.pernodedrop.app.bench.Peaks;
import org.pernodedrop.app.bench.ResultRow;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.bench.TrainingRow;
import org.pernodedrop.app.report.Numbers;
import org.pernodedrop.app.report.Page;
import org.pernodedrop.io.AtomicFile;
import org.w3c.dom.Element;

/** The page of benchmark results: for every run its environment, plots, tables and explanations. */
public final class ReportPage {
    private static final String ABOUT =
            "PerNodeDrop multiplies every connection of a dense layer by noise that is drawn anew for every sample: B samples,"
                    + " each of T positions that share a mask, I inputs, U outputs, B I U mask values. Below are times of"
                    + " one such layer, computed in several ways that give the same or equally distributed results, and of"
                    + " the layer without masks. All ways were checked, warmed up, and then timed in turn.";

    private final Page page = new Page("PerNodeDrop benchmarks");
    private String leftOut;

    ReportPage(List<ResultRow> rows) {
        page.add(page.body(), "p", ABOUT);
        for (RunRow run : ofType(rows, RunRow.class)) {
            List<ResultRow> own =
                    rows.stream().filter(row -> row.run().equals(run.run())).toList();
            addRun(run, ofType(own, LayerRow.class), ofType(own, TrainingRow.class));
        }
        page.addPlotNote();
        Set<String> runs = ofType(rows, RunRow.class).stream().map(RunRow::run).collect(Collectors.toSet());
        long without = rows.stream().filter(row -> !runs.contains(row.run())).count();
        if (without > 0) {
            leftOut = without + " lines of results are left out, as the line of their run is missing";
            page.add(page.body(), "p", leftOut).setAttribute("class", "note");
        }
    }

    private static <T extends ResultRow> List<T> ofType(List<ResultRow> rows, Class<T> type) {
        return rows.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private void addRun(RunRow run, List<LayerRow> layers, List<TrainingRow> trainings) {
        Element section = page.add(page.body(), "section", "");
        page.add(section, "h2", run.machine().device() + ", " + run.started());
        page.facts(section, facts(run));
        if (!layers.isEmpty()) {
            page.addPlots(section, LayerPlots.of(run, layers));
            addLayers(section, layers);
        }
        if (!trainings.isEmpty()) {
            addTrainings(section, trainings);
        }
    }

    /** Facts of a run by name. */
    private static Map<String, String> facts(RunRow run) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("command", run.command());
        facts.put("started", run.started());
        facts.put("commit", run.software().commit());
        facts.put("version", run.software().version());
        facts.put("computed by", run.machine().backend());
        facts.put("host", run.machine().processor());
        facts.put("operating system", run.machine().operatingSystem());
        facts.put("Java", run.software().java());
        facts.put("threads on the CPU", Integer.toString(run.machine().threads()));
        facts.put("precision", run.precision());
        facts.put("timed for", Numbers.of(run.seconds()) + " s each");
        Peaks peaks = run.peaks();
        if (peaks != null) {
            facts.put(
                    "matrix product peak",
                    Numbers.prefixed(peaks.fp32MaddsPerSecond(), "multiply-adds/s in fp32")
                            + peak(peaks.tf32MaddsPerSecond(), "tf32") + peak(peaks.bf16MaddsPerSecond(), "bf16")
                            + ": the fastest product of two square matrices of size " + peaks.productSize());
            facts.put(
                    "memory bandwidth",
                    Numbers.prefixed(peaks.bandwidth(), "B/s") + ": the fastest copy of "
                            + Numbers.bytes(peaks.copyBytes()) + ", reading and writing");
        }
        return facts;
    }

    private static String peak(Double maddsPerSecond, String precision) {
        return maddsPerSecond == null ? "" : ", " + Numbers.prefixed(maddsPerSecond, "multiply-adds/s in " + precision);
    }

    private void addLayers(Element section, List<LayerRow> layers) {
        page.add(section, "h3", "Layers");
        Map<String, List<LayerRow>> comparisons = layers.stream()
                .collect(Collectors.groupingBy(ReportPage::title, LinkedHashMap::new, Collectors.toList()));
        comparisons.forEach((title, rows) -> {
            page.add(section, "h4", title);
            page.table(section, ReportColumns.layers(timesDense(rows)), rows);
        });
        page.add(section, "h4", "What the columns mean");
        page.explain(section, ReportColumns.layers(row -> 0.0));
    }

    private static String title(LayerRow row) {
        String sizes = row.sizes().positions() == 1 ? "B x I x U" : "B x T x I x U";
        return sizes + " = " + row.shape() + ", " + row.mask().noise() + " noise, drop rate "
                + row.mask().dropRate()
                + (row.mask().planes() == 0
                        ? ""
                        : ", " + row.mask().planes() + " random bit"
                                + (row.mask().planes() == 1 ? "" : "s") + " a connection");
    }

    private static Function<LayerRow, Double> timesDense(List<LayerRow> rows) {
        double dense = rows.stream()
                .filter(row -> row.strategy().equals(LayerRow.DENSE))
                .mapToDouble(row -> row.micros())
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
        return row -> row.micros() / dense;
    }

    private void addTrainings(Element section, List<TrainingRow> trainings) {
        TrainingRow first = trainings.get(0);
        page.add(section, "h3", "Trainings");
        page.add(
                section,
                "p",
                "Data: " + first.trainedOn().data() + ", " + first.trainedOn().examples() + " examples of "
                        + first.trainedOn().features()
                        + " features an epoch, on the device; "
                        + (first.graphs() ? "steps are CUDA graphs." : "no graphs."));
        page.table(section, ReportColumns.trainings(), trainings);
        page.add(section, "h4", "What the columns mean");
        page.explain(section, ReportColumns.trainings());
    }

    String html() {
        return page.html();
    }

    /** One line that names missing plots or results; empty if the page is complete. */
    Optional<String> notDrawn() {
        String missing = Stream.of(page.notDrawn().orElse(null), leftOut)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("; "));
        return missing.isEmpty() ? Optional.empty() : Optional.of(missing);
    }

    /**
     * Opens a file for a page; {@link Output#commit} replaces an existing one.
     *
     * @throws IOException if it cannot be written
     */
    public static Output create(Path target) throws IOException {
        return new Output(target);
    }

    /** A page that is put in place as a whole on {@link #commit}; an unwritable folder is found before. */
    public static final class Output implements AutoCloseable {
        private final AtomicFile file;

        private Output(Path target) throws IOException {
            file = AtomicFile.create(target);
        }

        /**
         * Writes the page.
         *
         * @return what is missing on it, plots or results, in one line; empty if nothing is
         */
        public Optional<String> commit(List<ResultRow> rows) throws IOException {
            ReportPage page = new ReportPage(rows);
            try {
                Files.write(file.temporary(), page.html().getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw file.failure("writing failed", e);
            }
            file.commit();
            return page.notDrawn();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
