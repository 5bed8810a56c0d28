package org.pernodedrop.app.compare.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Measure;
import org.pernodedrop.app.compare.PairedDifference;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.app.compare.Setting;
import org.pernodedrop.app.report.Page;
import org.pernodedrop.app.report.PlotSection;
import org.w3c.dom.Element;

/** The page of a comparison. */
final class ComparisonPage {
    /** What chosen settings are compared in. */
    static final List<Measure> COMPARED =
            List.of(Measure.TEST_LOSS, Measure.TEST_ACCURACY, Measure.VALIDATION_LOSS, Measure.GAP, Measure.LAST_GAP);

    private final Page page = new Page("Regularizers compared");
    private final PlotSection plots = new PlotSection(page);
    private final Comparison comparison;

    ComparisonPage(Comparison comparison, RunsFile.Header header) {
        this.comparison = comparison;
        addMethod();
        addChosen();
        addDifferences(ComparedRegularizer.NONE, "Against no regularizer");
        addDifferences(ComparedRegularizer.DROPOUT, "Against dropout");
        plots.add(section("Plots"), ComparisonPlots.of(comparison));
        addAll();
        addFailures();
        addFacts("Settings", header.settings());
        addFacts("Where and how it was run", header.environment());
        plots.addNote();
    }

    private Element section(String title) {
        Element section = page.add(page.body(), "section", "");
        page.add(section, "h2", title);
        return section;
    }

    private void addMethod() {
        page.add(
                page.body(),
                "p",
                "A network that fits its training examples better than examples it has not seen overfits: its validation loss"
                        + " is above its train loss. A regularizer is meant to make that gap smaller without making the"
                        + " network worse. Here the same network was trained with several regularizers, at several drop"
                        + " rates, from several seeds.");
        page.add(
                page.body(),
                "p",
                "A seed decides how the data is split into training, validation and test part (unless the data comes with a"
                        + " test part), how the weights start, in which order examples are seen, and all masks. Runs of"
                        + " one seed differ in the regularizer alone, so they are compared in pairs. After training, a network goes"
                        + " back to its epoch of lowest validation loss. Each regularizer's drop rate is the one of lowest"
                        + " mean validation loss. The test part is used for no choice: only once, by the final network"
                        + " of each run.");
    }

    private void addChosen() {
        Element section = section("At the chosen drop rates");
        List<Setting> chosen = comparison.chosen();
        if (chosen.isEmpty()) {
            page.add(section, "p", "No setting has only runs that succeeded.");
            return;
        }
        page.table(section, ComparisonColumns.settings(comparison), chosen);
        page.explain(section, ComparisonColumns.settings(comparison));
    }

    private void addDifferences(ComparedRegularizer baseline, String title) {
        List<PairedDifference> differences = COMPARED.stream()
                .flatMap(measure -> comparison.differences(baseline, measure).stream())
                .toList();
        if (differences.isEmpty()) {
            return;
        }
        Element section = section(title);
        page.table(section, ComparisonColumns.differences(), differences);
        page.explain(section, ComparisonColumns.differences());
    }

    private void addAll() {
        Element section = section("All settings");
        page.table(section, ComparisonColumns.settings(comparison), comparison.settings());
    }

    private void addFailures() {
        List<String> failures = comparison.settings().stream()
                .flatMap(setting -> comparison.runs(setting).stream())
                .filter(run -> !run.succeeded())
                .map(run -> run.setting() + ", seed " + run.seed() + ": " + run.failure())
                .toList();
        if (!failures.isEmpty()) {
            Element list = page.add(section("Runs that failed"), "ul", "");
            failures.forEach(failure -> page.add(list, "li", failure));
        }
    }

    private void addFacts(String title, Map<String, ?> facts) {
        Element table = page.add(page.add(section(title), "table", ""), "tbody", "");
        facts.forEach((name, value) -> {
            if (value != null) {
                Element line = page.add(table, "tr", "");
                page.add(line, "th", name.replace('_', ' ')).setAttribute("class", "text");
                page.add(line, "td", value.toString()).setAttribute("class", "text");
            }
        });
    }

    String html() {
        return page.html();
    }

    Optional<String> notDrawn() {
        return plots.notDrawn();
    }
}
