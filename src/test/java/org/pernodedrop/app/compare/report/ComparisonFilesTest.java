package org.pernodedrop.app.compare.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Runs;
import org.pernodedrop.app.compare.RunsFile;

class ComparisonFilesTest {
    private static final RunsFile.Header HEADER =
            new RunsFile.Header(Map.of("data", "digits <b>"), Map.of("command", "pernodedrop compare"));

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws Exception {
        assertEquals(Optional.empty(), ComparisonFiles.write(directory, new Comparison(Runs.some()), HEADER));
    }

    // Well-formed, or it would not be parsed.
    private String page() throws Exception {
        byte[] bytes = Files.readAllBytes(directory.resolve("index.html"));
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void thePageIsWellFormedAndNeedsNothingElse() throws Exception {
        String html = page();
        assertFalse(html.contains("src="), "nothing is loaded");
        assertFalse(html.contains("href=\"http"), "nothing is loaded");
        assertTrue(html.contains("digits &lt;b&gt;"), "texts are escaped");
        // Two plots of curves, two by drop rate.
        assertEquals(4, html.split("<svg", -1).length - 1);
        assertTrue(html.contains("pernodedrop, p = 0.5, seed 2: the loss is not finite"), "failures are told");
        assertTrue(html.contains("<td class=\"text\">win</td>"), html);
        assertTrue(html.contains("0.3200 ± 0.0100"), html);
    }

    @Test
    void tablesHoldEveryRunAndSetting() throws Exception {
        List<String> runs = Files.readAllLines(directory.resolve("runs.csv"));
        assertEquals(1 + Runs.some().size(), runs.size());
        assertEquals(
                "regularizer,drop_rate,seed,failure,validation_loss,gap,last_gap,test_loss,test_accuracy,best_epoch,seconds",
                runs.get(0));
        assertTrue(runs.contains("pernodedrop,0.5,2,the loss is not finite,,,,,,,"), runs.toString());
        assertTrue(runs.get(1).startsWith("none,,1,,0.4,"), runs.get(1));
        List<String> summary = Files.readAllLines(directory.resolve("summary.csv"));
        assertEquals(6, summary.size());
        assertTrue(summary.get(2).startsWith("dropout,0.3,true,3,0,0.32,"), summary.get(2));
        List<String> differences = Files.readAllLines(directory.resolve("differences.csv"));
        // Two others against none and against dropout, in five measures.
        assertEquals(1 + 2 * 2 * 5, differences.size());
        JsonNode json =
                new ObjectMapper().readTree(directory.resolve("summary.json").toFile());
        assertEquals(5, json.path("summaries").size());
        assertEquals(20, json.path("differences").size());
        assertEquals("digits <b>", json.path("settings").path("data").asText());
    }

    /** File names, headers and failures may hold whatever they like. */
    @Test
    void controlCharactersAreShown() throws Exception {
        String strange = "a\u0001b\u001B[31m\uFFFEc\uDC00d\u202Ee\nf";
        List<ComparedRun> runs = new ArrayList<>(Runs.some());
        runs.add(
                new ComparedRun(ComparedRegularizer.PERNODEDROP, 0.7, 1, 207, "=" + strange, null, null, 0, List.of()));
        RunsFile.Header header = new RunsFile.Header(Map.of("data", "csv:" + strange), Map.of(strange, strange));
        ComparisonFiles.write(directory, new Comparison(runs), header);
        String html = page();
        String shown = "a\\u0001b\\u001B[31m\\uFFFEc\\uDC00d\\u202Ee";
        assertTrue(html.contains("csv:" + shown + "\nf"), html);
        assertTrue(Files.readAllLines(directory.resolve("runs.csv"))
                .contains("pernodedrop,0.7,1,'=" + shown + "\\u000Af,,,,,,,"));
        new ObjectMapper().readTree(directory.resolve("summary.json").toFile());
    }

    @Test
    void curvesAreAnImage() throws Exception {
        assertEquals(
                2 * 960, ImageIO.read(directory.resolve("gap.png").toFile()).getWidth());
    }

    @Test
    void oneRunWithoutOthersMakesAPageToo() throws Exception {
        Comparison comparison = new Comparison(Runs.some().subList(0, 1));
        assertEquals(Optional.empty(), ComparisonFiles.write(directory, comparison, HEADER));
        String html = page();
        assertFalse(html.contains("NaN"), html);
        assertFalse(Files.readString(directory.resolve("summary.json")).contains("NaN"));
    }

    @Test
    void failuresAloneMakeAPageToo() throws Exception {
        List<ComparedRun> failed =
                Runs.some().stream().filter(run -> !run.succeeded()).toList();
        ComparisonFiles.write(directory, new Comparison(failed), HEADER);
        assertTrue(page().contains("No setting has only runs that succeeded"));
    }
}
