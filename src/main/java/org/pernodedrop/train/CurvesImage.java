package org.pernodedrop.train;

import java.awt.AWTError;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what {@link CurvesPlot} writes: the only class that names the desktop module, which a runtime may lack. */
final class CurvesImage {
    // No Color here: even loading that class needs native libraries.
    private static final List<Integer> COLORS = List.of(0x0072B2, 0xD55E00);

    private CurvesImage() {}

    /**
     * The image as a PNG file.
     *
     * @throws IllegalStateException if the toolkit refuses; whatever else a machine lacks shows as a linkage or internal
     *     error
     */
    static byte[] png(Map<String, TrainingResult> results) {
        try {
            return draw(results);
        } catch (AWTError e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] draw(Map<String, TrainingResult> results) {
        System.setProperty("java.awt.headless", "true");
        XYChart losses = chart("Loss without masks", "loss", Styler.LegendPosition.InsideNE);
        XYChart gaps = chart("Validation loss - train loss", "gap", Styler.LegendPosition.InsideNW);
        int number = 0;
        for (Map.Entry<String, TrainingResult> entry : results.entrySet()) {
            String name = entry.getKey();
            List<EpochMetrics> epochs = entry.getValue().epochs();
            Color color = new Color(COLORS.get(number++ % COLORS.size()));
            add(losses, name + ", train", epochs, EpochMetrics::trainLoss, color, true);
            add(losses, name + ", validation", epochs, EpochMetrics::validationLoss, color, false);
            add(gaps, name, epochs, EpochMetrics::gap, color, false);
        }
        BufferedImage image = new BufferedImage(CurvesPlot.WIDTH, CurvesPlot.HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            losses.paint(graphics, CurvesPlot.WIDTH / 2, CurvesPlot.HEIGHT);
            graphics.translate(CurvesPlot.WIDTH / 2, 0);
            gaps.paint(graphics, CurvesPlot.WIDTH / 2, CurvesPlot.HEIGHT);
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static XYChart chart(String title, String axis, Styler.LegendPosition legend) {
        XYChart chart = new XYChartBuilder()
                .width(CurvesPlot.WIDTH / 2)
                .height(CurvesPlot.HEIGHT)
                .title(title)
                .xAxisTitle("epoch")
                .yAxisTitle(axis)
                .build();
        chart.getStyler().setLegendPosition(legend);
        chart.getStyler().setYAxisDecimalPattern("0.0##");
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static void add(
            XYChart chart,
            String name,
            List<EpochMetrics> epochs,
            ToDoubleFunction<EpochMetrics> value,
            Color color,
            boolean dashed) {
        double[] x = epochs.stream().mapToDouble(EpochMetrics::epoch).toArray();
        double[] y = epochs.stream().mapToDouble(value).toArray();
        chart.addSeries(name, x, y)
                // One epoch makes no line.
                .setMarker(epochs.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
                .setMarkerColor(color)
                .setLineColor(color)
                .setLineStyle(dashed ? SeriesLines.DASH_DASH : SeriesLines.SOLID);
    }
}
