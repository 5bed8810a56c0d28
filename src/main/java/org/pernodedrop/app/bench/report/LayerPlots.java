package org.pernodedrop.app.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.pernodedrop.app.bench.LayerRow;
import org.pernodedrop.app.bench.Peaks;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.report.Plot;

/** Plots of layers: the roofline, times by strategy, and times against each size that was varied alone. */
final class LayerPlots {
    /** Minimum number of sizes of a curve. */
    private static final int MIN_SIZES = 4;
    /** Maximum number of comparisons in a bar chart. */
    private static final int MAX_BARS = 8;

    private static final int ROOF_POINTS = 60;

    /** A size of a layer. */
    private enum Axis {
        B("samples B", row -> row.sizes().samples()),
        T("positions T", row -> row.sizes().positions()),
        I("inputs I", row -> row.sizes().inputs()),
        U("outputs U", row -> row.sizes().outputs());

        final String title;
        final ToIntFunction<LayerRow> size;

        Axis(String title, ToIntFunction<LayerRow> size) {
            this.title = title;
            this.size = size;
        }

        String others(LayerRow row) {
            return Arrays.stream(values())
                    .filter(axis -> axis != this)
                    .map(axis -> axis + " = " + axis.size.applyAsInt(row))
                    .collect(Collectors.joining(", "));
        }
    }

    private LayerPlots() {}

    static List<Plot> of(RunRow run, List<LayerRow> layers) {
        List<Plot> plots = new ArrayList<>();
        if (run.peaks() != null) {
            plots.add(roofline(run.peaks(), layers));
        }
        Map<String, List<LayerRow>> masks = grouped(layers, LayerPlots::mask);
        masks.forEach((mask, rows) -> {
            Set<String> grown = new LinkedHashSet<>();
            for (Axis axis : Axis.values()) {
                grouped(rows, axis::others).forEach((others, family) -> {
                    if (family.stream().mapToInt(axis.size).distinct().count() >= MIN_SIZES) {
                        plots.add(growth(axis, others, mask, family));
                        family.forEach(row -> grown.add(row.shape()));
                    }
                });
            }
            List<LayerRow> single =
                    rows.stream().filter(row -> !grown.contains(row.shape())).toList();
            List<String> shapes = shapes(single);
            for (int first = 0; first < shapes.size(); first += MAX_BARS) {
                List<String> shown = shapes.subList(first, Math.min(first + MAX_BARS, shapes.size()));
                plots.add(bars(shown, mask, single));
            }
        });
        return plots;
    }

    private static String mask(LayerRow row) {
        return row.mask().noise() + " noise, drop rate " + row.mask().dropRate();
    }

    private static <K> Map<K, List<LayerRow>> grouped(List<LayerRow> rows, Function<LayerRow, K> key) {
        return rows.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }

    private static List<String> shapes(List<LayerRow> rows) {
        return rows.stream().map(row -> row.shape()).distinct().toList();
    }

    private static Plot roofline(Peaks peaks, List<LayerRow> layers) {
        List<Plot.Series> series = new ArrayList<>();
        double least =
                layers.stream().mapToDouble(row -> row.work().intensity()).min().orElseThrow();
        double most =
                layers.stream().mapToDouble(row -> row.work().intensity()).max().orElseThrow();
        double ridge = peaks.fp32MaddsPerSecond() / peaks.bandwidth();
        List<Double> x = logarithmic(Math.min(least, ridge) / 2, Math.max(most, ridge) * 2);
        series.add(roof("bound, fp32", x, peaks.bandwidth(), peaks.fp32MaddsPerSecond()));
        if (peaks.tf32MaddsPerSecond() != null) {
            series.add(roof("bound, tf32", x, peaks.bandwidth(), peaks.tf32MaddsPerSecond()));
        }
        grouped(layers, LayerRow::strategy)
                .forEach((strategy, rows) -> series.add(new Plot.Series(
                        strategy,
                        rows.stream().map(row -> row.work().intensity()).toList(),
                        rows.stream().map(row -> row.work().maddsPerSecond()).toList(),
                        Plot.Look.POINTS)));
        return new Plot(
                "Roofline",
                "Multiply-adds a second against multiply-adds a byte that has to be moved at least (operands and results"
                        + " once, no mask). Nothing can be above the dashed bounds, which were measured in the same run: on"
                        + " the left the memory's bandwidth, on the right the library's large matrix product. Each mark is"
                        + " a layer at one drop rate.",
                "multiply-adds a byte",
                "multiply-adds a second",
                Plot.Axes.LOGARITHMIC,
                List.of(),
                series);
    }

    private static Plot.Series roof(String name, List<Double> x, double bandwidth, double peak) {
        List<Double> y = x.stream()
                .map(intensity -> attainable(intensity, bandwidth, peak))
                .toList();
        return new Plot.Series(name, x, y, Plot.Look.BOUND);
    }

    static double attainable(double intensity, double bandwidth, double peak) {
        return Math.min(peak, intensity * bandwidth);
    }

    private static List<Double> logarithmic(double from, double to) {
        List<Double> points = new ArrayList<>();
        for (int point = 0; point <= ROOF_POINTS; point++) {
            points.add(from * Math.pow(to / from, (double) point / ROOF_POINTS));
        }
        return points;
    }

    private static Plot growth(Axis axis, String others, String mask, List<LayerRow> family) {
        List<Plot.Series> series = new ArrayList<>();
        grouped(family, LayerRow::strategy).forEach((strategy, rows) -> {
            List<LayerRow> sorted =
                    rows.stream().sorted(Comparator.comparingInt(axis.size)).toList();
            series.add(new Plot.Series(
                    strategy,
                    sorted.stream()
                            .map(row -> (double) axis.size.applyAsInt(row))
                            .toList(),
                    sorted.stream().map(row -> row.micros()).toList(),
                    Plot.Look.LINE));
        });
        TreeSet<Integer> sizes =
                family.stream().map(axis.size::applyAsInt).collect(Collectors.toCollection(TreeSet::new));
        double last = family.stream()
                .filter(row -> axis.size.applyAsInt(row) == sizes.last())
                .mapToDouble(row -> row.micros())
                .max()
                .orElseThrow();
        series.add(new Plot.Series(
                "proportional",
                sizes.stream().map(Integer::doubleValue).toList(),
                sizes.stream().map(size -> last * size / sizes.last()).toList(),
                Plot.Look.BOUND));
        return new Plot(
                "Time against " + axis.title,
                "Median time of forward and backward pass against " + axis.title + ", with " + others + "; " + mask
                        + ". Both axes are logarithmic: a cost in proportion to the size runs parallel to the dashed line.",
                axis.title,
                "microseconds",
                Plot.Axes.LOGARITHMIC,
                List.of(),
                series);
    }

    private static Plot bars(List<String> shapes, String mask, List<LayerRow> rows) {
        List<Plot.Series> series = new ArrayList<>();
        grouped(rows, LayerRow::strategy).forEach((strategy, own) -> {
            List<LayerRow> shown =
                    own.stream().filter(row -> shapes.contains(row.shape())).toList();
            series.add(new Plot.Series(
                    strategy,
                    shown.stream()
                            .map(row -> (double) shapes.indexOf(row.shape()))
                            .toList(),
                    shown.stream().map(row -> row.micros()).toList(),
                    Plot.Look.POINTS));
        });
        return new Plot(
                "Times by strategy",
                "Median time of forward and backward pass, on a logarithmic axis; " + mask
                        + ". dense is the layer without a mask.",
                "B x I x U, or B x T x I x U",
                "microseconds",
                Plot.Axes.LOGARITHMIC,
                shapes,
                series);
    }
}
