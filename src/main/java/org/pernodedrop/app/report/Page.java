package org.pernodedrop.app.report;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.pernodedrop.io.SafeText;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Builder of a page as a DOM tree: the output is well-formed and all texts are escaped. */
public final class Page {
    private static final String STYLE =
            """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; color: #222 }
            h1, h2, h3 { line-height: 1.2; margin-top: 1.6em }
            table { border-collapse: collapse; margin: 0.8em 0; font-variant-numeric: tabular-nums }
            th, td { border-bottom: 1px solid #ddd; padding: 0.2em 0.7em; text-align: right; vertical-align: top }
            th { background: #f3f3f3 }
            th.text, td.text { text-align: left }
            div.wide { overflow-x: auto }
            figure { margin: 1em 0 }
            figcaption, p.note { color: #555 }
            svg { max-width: 100%; height: auto }
            code { overflow-wrap: anywhere }
            """;

    private final Document document;
    private final Element body;
    private String plotProblem;

    /** An empty page below its title. */
    public Page(String title) {
        try {
            document = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .newDocument();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
        Element html = document.createElement("html");
        html.setAttribute("lang", "en");
        document.appendChild(html);
        Element head = add(html, "head", "");
        add(head, "meta", "").setAttribute("charset", "utf-8");
        add(head, "title", title);
        add(head, "style", STYLE);
        body = add(html, "body", "");
        add(body, "h1", title);
    }

    /** Adds an element with a text. */
    public Element add(Element parent, String name, String text) {
        Element element = document.createElement(name);
        if (!text.isEmpty()) {
            element.appendChild(document.createTextNode(SafeText.page(text)));
        }
        parent.appendChild(element);
        return element;
    }

    /** Adds a table with a line per row. */
    public <R> void table(Element parent, List<Column<R>> columns, List<R> rows) {
        Element frame = add(parent, "div", "");
        frame.setAttribute("class", "wide");
        Element table = add(frame, "table", "");
        Element head = add(add(table, "thead", ""), "tr", "");
        columns.forEach(column -> cell(head, "th", column.title(), column.text()));
        Element lines = add(table, "tbody", "");
        for (R row : rows) {
            Element line = add(lines, "tr", "");
            columns.forEach(column -> cell(line, "td", column.value().apply(row), column.text()));
        }
    }

    /** Adds a table of names and values; those that are null are left out. */
    public void facts(Element parent, Map<String, ?> facts) {
        Element lines = add(add(parent, "table", ""), "tbody", "");
        facts.forEach((name, value) -> {
            if (value != null) {
                Element line = add(lines, "tr", "");
                cell(line, "th", name, true);
                add(line, "td", value.toString()).setAttribute("class", "text");
            }
        });
    }

    /** Adds what each column means. */
    public void explain(Element parent, List<? extends Column<?>> columns) {
        Element list = add(parent, "ul", "");
        for (Column<?> column : columns) {
            Element item = add(list, "li", "");
            add(item, "strong", column.title());
            item.appendChild(document.createTextNode(SafeText.page(": " + column.meaning())));
        }
    }

    /** Adds plots with their captions, up to the first that cannot be drawn. */
    public void addPlots(Element section, List<Plot> plots) {
        for (Plot plot : plots) {
            if (plotProblem == null) {
                addPlot(section, plot);
            }
        }
    }

    private void addPlot(Element section, Plot plot) {
        Element drawing;
        try {
            drawing = PlotDrawing.svg(document, plot);
        } catch (LinkageError | InternalError | RuntimeException e) {
            // Thrown by a Java runtime that lacks the desktop module, native libraries or fonts.
            plotProblem = "plots were not drawn: " + Plot.lacking(e);
            return;
        }
        Element figure = add(section, "figure", "");
        figure.appendChild(drawing);
        add(figure, "figcaption", plot.caption());
    }

    /** Adds a note at the end of the page if plots are missing. */
    public void addPlotNote() {
        if (plotProblem != null) {
            add(body, "p", plotProblem).setAttribute("class", "note");
        }
    }

    /** Why plots are missing, in one line; empty if all were drawn. */
    public Optional<String> notDrawn() {
        return Optional.ofNullable(plotProblem);
    }

    private void cell(Element line, String name, String value, boolean text) {
        // An empty element would be read as an opening tag.
        Element cell = add(line, name, value.isEmpty() ? "–" : value);
        if (text) {
            cell.setAttribute("class", "text");
        }
    }

    /** The body element, to add to. */
    public Element body() {
        return body;
    }

    /** The whole page. */
    public String html() {
        StringWriter writer = new StringWriter();
        writer.write("<!DOCTYPE html>\n");
        try {
            Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.METHOD, "xml");
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            transformer.transform(new DOMSource(document), new StreamResult(writer));
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
        return writer.append('\n').toString();
    }

    /**
     * A column of a table.
     *
     * @param title above it
     * @param text whether values are words, not numbers
     * @param meaning for readers who know nothing of the code
     * @param value of a row; empty if it has none
     */
    public record Column<R>(String title, boolean text, String meaning, Function<R, String> value) {
        /** A column of numbers. */
        public static <R> Column<R> number(String title, String meaning, Function<R, String> value) {
            return new Column<>(title, false, meaning, value);
        }

        /** A column of words. */
        public static <R> Column<R> words(String title, String meaning, Function<R, String> value) {
            return new Column<>(title, true, meaning, value);
        }
    }
}
