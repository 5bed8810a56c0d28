package org.pernodedrop.app.report;

import java.awt.Color;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Loss curves as a PNG image: train and validation loss of each network on the left, their gap on the right. Needs the
 * desktop module, which a Java runtime may lack.
 */
public final class CurvesImage {
    /** Width of the image in pixels. */
    public static final int WIDTH = 1200;

    /** Height of the image in pixels. */
    public static final int HEIGHT = 500;

    // No Color here: even loading that class needs native libraries.
    private static final List<Integer> COLORS = List.of(0x0072B2, 0xD55E00);

    private CurvesImage() {}

    /**
     * The losses of one network, a value per epoch.
     *
     * @param name of the network
     * @param train loss on the training part in epochs 1, 2, ...
     * @param validation loss on the validation part, as many values
     */
    public record Losses(String name, double[] train, double[] validation) {}

    /**
     * Draws the image.
     *
     * @param networks one or two
     * @return content of a PNG file
     * @throws IllegalStateException if the toolkit refuses; whatever else a machine lacks shows as a linkage or
     *     internal error
     */
    public static byte[] png(List<Losses> networks) {
        return PlotDrawing.png(WIDTH / 2, HEIGHT, () -> charts(networks));
    }

    private static List<XYChart> charts(List<Losses> networks) {
        XYChart losses = chart("Loss without masks", "loss", Styler.LegendPosition.InsideNE);
        XYChart gaps = chart("Validation loss - train loss", "gap", Styler.LegendPosition.InsideNW);
        int number = 0;
        for (Losses network : networks) {
            Color color = new Color(COLORS.get(number++ % COLORS.size()));
            double[] train = network.train();
            double[] validation = network.validation();
            double[] gap = IntStream.range(0, train.length)
                    .mapToDouble(k -> validation[k] - train[k])
                    .toArray();
            add(losses, network.name() + ", train", train, color, true);
            add(losses, network.name() + ", validation", validation, color, false);
            add(gaps, network.name(), gap, color, false);
        }
        return List.of(losses, gaps);
    }

    private static XYChart chart(String title, String axis, Styler.LegendPosition legend) {
        XYChart chart = new XYChart(WIDTH / 2, HEIGHT);
        chart.setTitle(title);
        chart.setXAxisTitle("epoch");
        chart.setYAxisTitle(axis);
        chart.getStyler().setLegendPosition(legend);
        chart.getStyler().setYAxisDecimalPattern("0.0##");
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static void add(XYChart chart, String name, double[] y, Color color, boolean dashed) {
        double[] x = IntStream.rangeClosed(1, y.length).asDoubleStream().toArray();
        chart.addSeries(name, x, y)
                // One epoch makes no line.
                .setMarker(y.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
                .setMarkerColor(color)
                .setLineColor(color)
                .setLineStyle(dashed ? SeriesLines.DASH_DASH : SeriesLines.SOLID);
    }
}
