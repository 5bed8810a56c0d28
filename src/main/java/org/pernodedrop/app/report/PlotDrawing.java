package org.pernodedrop.app.report;

import java.awt.AWTError;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Draws a {@link Plot}: the only class here that names the desktop module, which a runtime may lack. */
final class PlotDrawing {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 480;
    private static final int DECIMALS = 2;
    // No Color here: even loading that class needs native libraries.
    private static final List<Integer> COLORS =
            List.of(0x000000, 0x999999, 0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9);

    private PlotDrawing() {}

    /**
     * The drawing, to be put into the document.
     *
     * @throws IllegalStateException if the toolkit refuses; whatever else a machine lacks shows as a linkage or
     *     internal error
     */
    static Element svg(Document document, Plot plot) {
        try {
            return draw(document, plot);
        } catch (AWTError e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The plots side by side as a PNG file.
     *
     * @throws IllegalStateException as {@link #svg}
     */
    static byte[] png(List<Plot> plots) {
        return png(WIDTH, HEIGHT, () -> plots.stream().map(PlotDrawing::chart).toList());
    }

    /**
     * Charts side by side, all of one size, as a PNG file.
     *
     * @throws IllegalStateException as {@link #svg}
     */
    static byte[] png(int width, int height, Supplier<List<? extends Chart<?, ?>>> drawn) {
        System.setProperty("java.awt.headless", "true");
        try {
            List<? extends Chart<?, ?>> charts = drawn.get();
            BufferedImage image = new BufferedImage(charts.size() * width, height, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            try {
                for (Chart<?, ?> chart : charts) {
                    chart.paint(graphics, width, height);
                    graphics.translate(width, 0);
                }
            } finally {
                graphics.dispose();
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (AWTError e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Chart<?, ?> chart(Plot plot) {
        System.setProperty("java.awt.headless", "true");
        Chart<?, ?> chart = plot.isBars() ? bars(plot) : curves(plot);
        chart.setTitle(plot.title());
        chart.setXAxisTitle(plot.xTitle());
        chart.setYAxisTitle(plot.yTitle());
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        return chart;
    }

    private static Element draw(Document document, Plot plot) {
        Chart<?, ?> chart = chart(plot);
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
        context.setComment(null);
        context.setPrecision(DECIMALS);
        String prefix = "plot" + document.getElementsByTagName("figure").getLength();
        context.setIDGenerator(new SVGIDGenerator() {
            @Override
            public String generateID(String kind) {
                return prefix + super.generateID(kind);
            }
        });
        SVGGraphics2D graphics = new SVGGraphics2D(context, false);
        graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
        chart.paint(graphics, WIDTH, HEIGHT);
        Element root = graphics.getRoot();
        // Batik calls the first definitions the same in every drawing.
        ((Element) root.getElementsByTagName("defs").item(0)).setAttribute("id", prefix + "genericDefs");
        root.setAttribute("viewBox", "0 0 " + WIDTH + " " + HEIGHT);
        root.setAttribute("role", "img");
        root.setAttribute("aria-label", plot.title());
        return root;
    }

    private static Chart<?, ?> curves(Plot plot) {
        XYChart chart = new XYChart(WIDTH, HEIGHT);
        boolean logarithmic = plot.axes() == Plot.Axes.LOGARITHMIC;
        chart.getStyler().setXAxisLogarithmic(logarithmic).setYAxisLogarithmic(logarithmic);
        int number = 0;
        for (Plot.Series series : plot.series()) {
            boolean bound = series.look() == Plot.Look.BOUND;
            Color color = new Color(COLORS.get(bound ? 1 : number++ % COLORS.size()));
            XYSeries drawn = chart.addSeries(
                    series.name(), series.x(), series.y(), series.spread().isEmpty() ? null : series.spread());
            drawn.setLineColor(color);
            drawn.setMarkerColor(color);
            boolean marks = series.look() == Plot.Look.LINE || series.look() == Plot.Look.POINTS;
            drawn.setMarker(marks ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            drawn.setLineStyle(bound ? SeriesLines.DASH_DASH : SeriesLines.SOLID);
            if (series.look() == Plot.Look.POINTS) {
                drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            }
        }
        return chart;
    }

    private static Chart<?, ?> bars(Plot plot) {
        CategoryChart chart = new CategoryChart(WIDTH, HEIGHT);
        double least = plot.series().stream()
                .flatMap(series -> series.y().stream())
                .min(Double::compare)
                .orElseThrow();
        double floor = Math.pow(10, Math.floor(Math.log10(least / 2)));
        chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(floor);
        int number = 0;
        for (Plot.Series series : plot.series()) {
            List<Double> heights = new ArrayList<>();
            for (int place = 0; place < plot.categories().size(); place++) {
                int found = series.x().indexOf((double) place);
                // Nothing shows of a bar that ends where the axis begins.
                heights.add(found < 0 ? floor : series.y().get(found));
            }
            chart.addSeries(series.name(), plot.categories(), heights)
                    .setFillColor(new Color(COLORS.get(number++ % COLORS.size())));
        }
        return chart;
    }
}
