package org.pernodedrop.train;

import java.awt.AWTError;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss curves as a PNG image: train and validation loss of each network on the left, their gap on the right. */
public final class CurvesPlot {
    /** Width of the image in pixels. */
    public static final int WIDTH = 1200;

    /** Height of the image in pixels. */
    public static final int HEIGHT = 500;

    // No Color here: even loading that class needs native libraries.
    private static final List<Integer> COLORS = List.of(0x0072B2, 0xD55E00);

    private CurvesPlot() {}

    /**
     * Draws the curves.
     *
     * @param file replaced if it is there
     * @param results by the networks' names, one or two
     * @return why nothing could be drawn, in one line, on a machine without the libraries or fonts for it; empty if the
     *     file is there
     * @throws UncheckedIOException if the file cannot be written
     */
    public static Optional<String> write(Path file, Map<String, TrainingResult> results) {
        byte[] image;
        try {
            image = draw(results);
        } catch (LinkageError | AWTError | InternalError | RuntimeException e) {
            // What a headless Java runtime without native libraries or fonts throws, depending on what it lacks.
            return Optional.of(
                    file.getFileName() + " was not drawn: this Java runtime lacks graphics libraries or fonts;"
                            + " install a full one and fontconfig ("
                            + e.toString().lines().findFirst().orElse("") + ")");
        }
        RunDirectory.write(file, image);
        return Optional.empty();
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
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            losses.paint(graphics, WIDTH / 2, HEIGHT);
            graphics.translate(WIDTH / 2, 0);
            gaps.paint(graphics, WIDTH / 2, HEIGHT);
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
                .width(WIDTH / 2)
                .height(HEIGHT)
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
