package org.pernodedrop.app.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.pernodedrop.app.bench.LayerRow;
import org.pernodedrop.app.bench.ResultRow;
import org.pernodedrop.app.bench.Rows;
import org.pernodedrop.app.report.Numbers;
import org.pernodedrop.app.report.Plot;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportPageTest {
    private static final String SVG = "http://www.w3.org/2000/svg";

    private static List<ResultRow> rows() {
        List<ResultRow> rows = new ArrayList<>(List.of(Rows.run()));
        for (int size : new int[] {8, 32, 128, 512}) {
            rows.add(Rows.layer("dense", size, 1, 512, 512, size));
            rows.add(Rows.layer("fused", size, 1, 512, 512, 3 * size));
        }
        rows.add(Rows.layer("dense", 128, 1, 784, 256, 100));
        rows.add(Rows.layer("packed", 128, 1, 784, 256, 250));
        rows.add(Rows.layer("dense", 2, 3, 784, 256, 0.5));
        rows.add(Rows.training("none"));
        rows.add(Rows.training("pernodedrop"));
        return rows;
    }

    private static Document parsed(String html) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document document, String name) {
        NodeList found = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int j = 0; j < found.getLength(); j++) {
            elements.add((Element) found.item(j));
        }
        return elements;
    }

    private static List<String> texts(Document document, String name) {
        return elements(document, name).stream().map(Element::getTextContent).toList();
    }

    /** Whatever results say of themselves; a strategy is also the name of a series in drawings. */
    @Test
    void controlCharactersAreShown() throws Exception {
        String strange = "a\u0000b\u001Bc\uFFFFd\uD800e\u202Ef\u0085";
        List<ResultRow> rows = new ArrayList<>(rows());
        rows.add(Rows.layer(strange, 7, 1, 784, 256, 100));
        ReportPage page = new ReportPage(rows);
        parsed(page.html());
        assertTrue(page.html().contains("a\\u0000b\\u001Bc\\uFFFFd\\uD800e\\u202Ef\\u0085"));
        assertEquals(Optional.empty(), page.notDrawn());
    }

    /** A time of 0 has no place on a logarithmic axis; the page says so and is there. */
    @Test
    void valuesThatCannotBeDrawnAreTold() throws Exception {
        for (double time : new double[] {0, -1, 1e300, 1e-300}) {
            List<ResultRow> rows = new ArrayList<>(rows());
            rows.add(Rows.layer("node", 9, 1, 784, 256, time));
            ReportPage page = new ReportPage(rows);
            parsed(page.html());
            page.notDrawn().ifPresent(said -> assertTrue(said.contains("some values have no place in a plot"), said));
        }
    }

    @Test
    void linesWithoutTheirRunAreTold() {
        ReportPage page = new ReportPage(rows().subList(1, 3));
        assertTrue(page.html().contains("2 lines of results are left out"), page.html());
        assertTrue(page.notDrawn().orElseThrow().startsWith("2 lines of results are left out"));
    }

    @Test
    void itIsWellFormedAndNeedsNothingElse() throws Exception {
        ReportPage page = new ReportPage(rows());
        String html = page.html();
        assertTrue(html.startsWith("<!DOCTYPE html>\n<html lang=\"en\">"), html.substring(0, 60));
        Document document = parsed(html);
        for (String name : List.of("script", "link", "img", "iframe", "image", "use", "object")) {
            assertEquals(0, elements(document, name).size(), name);
        }
        String rest = html.replace("\"" + SVG + "\"", "").replace("\"http://www.w3.org/1999/xlink\"", "");
        for (String part : List.of("http:", "https:", "src=", "@import", "NaN", "Infinity")) {
            assertFalse(rest.contains(part), part);
        }
        for (String name : List.of("th", "td", "p", "li", "figcaption", "h2", "h3", "h4")) {
            assertTrue(texts(document, name).stream().noneMatch(String::isBlank), name);
        }
    }

    @Test
    void plotsAreDrawnWithNamesOfTheirOwn() throws Exception {
        ReportPage page = new ReportPage(rows());
        Document document = parsed(page.html());
        assertEquals(Optional.empty(), page.notDrawn());
        List<Element> drawings = elements(document, "svg");
        assertEquals(
                List.of("Roofline", "Time against samples B", "Times by strategy"),
                drawings.stream()
                        .map(drawing -> drawing.getAttribute("aria-label"))
                        .toList());
        drawings.forEach(drawing -> assertEquals(SVG, drawing.getNamespaceURI()));
        List<String> ids = elements(document, "*").stream()
                .map(element -> element.getAttribute("id"))
                .filter(id -> !id.isEmpty())
                .toList();
        assertEquals(ids.stream().distinct().toList(), ids);
        assertEquals(3, texts(document, "figcaption").size());
    }

    @Test
    void factsOfTheRunAreEscapedAndThere() throws Exception {
        List<String> cells = texts(parsed(new ReportPage(rows()).html()), "td");
        for (String fact : List.of(
                "pernodedrop bench layers --shapes \"<1&2>\"", "0123abc", "a processor, 2 cores", "cpu (2 threads)")) {
            assertTrue(cells.contains(fact), fact);
        }
        String peak = cells.stream()
                .filter(cell -> cell.contains("bf16:"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                "1.00 Gmultiply-adds/s in fp32, 2.00 Gmultiply-adds/s in tf32, 4.00 Gmultiply-adds/s in bf16: the"
                        + " fastest product of two square matrices of size 1024",
                peak);
    }

    @Test
    void everyColumnIsExplained() throws Exception {
        Document document = parsed(new ReportPage(rows()).html());
        List<String> explained = texts(document, "strong");
        List<String> titles = elements(document, "thead").stream()
                .flatMap(head -> {
                    NodeList cells = head.getElementsByTagName("th");
                    List<String> names = new ArrayList<>();
                    for (int j = 0; j < cells.getLength(); j++) {
                        names.add(cells.item(j).getTextContent());
                    }
                    return names.stream();
                })
                .distinct()
                .toList();
        assertTrue(titles.size() > 15, titles.toString());
        assertTrue(explained.containsAll(titles), titles.toString());
    }

    @Test
    void layersAreComparedWithTheDenseOneBesideThem() throws Exception {
        Document document = parsed(new ReportPage(rows()).html());
        assertTrue(texts(document, "h4")
                .contains("B x I x U = 128x784x256, bernoulli noise, drop rate 0.5, 1 random bit a connection"));
        assertTrue(texts(document, "h4")
                .contains("B x T x I x U = 2x3x784x256, bernoulli noise, drop rate 0.5, 1 random bit a connection"));
        Element packed = elements(document, "tr").stream()
                .filter(line -> line.getTextContent().startsWith("packed"))
                .findFirst()
                .orElseThrow();
        List<String> cells = new ArrayList<>();
        NodeList found = packed.getElementsByTagName("td");
        for (int j = 0; j < found.getLength(); j++) {
            cells.add(found.item(j).getTextContent());
        }
        assertEquals("250 (225–275)", cells.get(4));
        assertEquals("2.50", cells.get(5));
        assertEquals("–", cells.get(6));
        assertEquals("4.00 KiB", cells.get(11));
    }

    @Test
    void roofsAreTheLowerOfBandwidthAndPeak() {
        assertEquals(200, LayerPlots.attainable(2, 100, 1000));
        assertEquals(1000, LayerPlots.attainable(20, 100, 1000));
    }

    @Test
    void aSizeThatWasVariedAloneMakesACurve() {
        List<LayerRow> layers = rows().stream()
                .filter(LayerRow.class::isInstance)
                .map(LayerRow.class::cast)
                .toList();
        Plot growth = LayerPlots.of(Rows.run(), layers).get(1);
        assertEquals("samples B", growth.xTitle());
        assertTrue(growth.caption().contains("with T = 1, I = 512, U = 512"), growth.caption());
        assertEquals(List.of(8.0, 32.0, 128.0, 512.0), growth.series().get(1).x());
        assertEquals(List.of(24.0, 96.0, 384.0, 1536.0), growth.series().get(1).y());
        // The slowest of the largest size sets the line that others are held to.
        assertEquals("proportional", growth.series().get(2).name());
        assertEquals(List.of(24.0, 96.0, 384.0, 1536.0), growth.series().get(2).y());
    }

    @Test
    void numbersHaveThreeDigits() {
        assertEquals("1,235", Numbers.of(1234.6));
        assertEquals("12.3", Numbers.of(12.34));
        assertEquals("0.012", Numbers.of(0.0123));
        assertEquals("0", Numbers.of(0));
        assertEquals("1.25 TB/s", Numbers.prefixed(1.25e12, "B/s"));
        assertEquals("98.0 MiB", Numbers.bytes(98 << 20));
    }
}
