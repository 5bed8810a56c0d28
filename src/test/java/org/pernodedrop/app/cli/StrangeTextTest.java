package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** File names, headers and labels that would steer a terminal, forge lines, run in a spreadsheet or break a page. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its file names have no control characters")
class StrangeTextTest {
    private static final String NAME = "a\u001B]0;title\u0007b\nerror: forged\u007F";
    private static final String SHOWN = "a\\u001B]0;title\\u0007b\\u000Aerror: forged\\u007F";

    @TempDir
    private static Path folder;

    private static Path table;

    @BeforeAll
    static void write() throws IOException {
        table = folder.resolve(NAME + ".csv");
        StringBuilder text = new StringBuilder("x\u0001,y\u009B2J,label\n");
        for (int row = 0; row < 40; row++) {
            text.append(row).append(',').append(row % 7).append(row % 2 == 0 ? ",=1+1\n" : ",b\u001B[2J\u202E\n");
        }
        Files.writeString(table, text);
    }

    private static void assertHarmless(Program program, int errorLines) {
        for (String printed : List.of(program.out(), program.err())) {
            assertTrue(
                    printed.codePoints()
                            .noneMatch(point ->
                                    Character.getType(point) == Character.CONTROL && point != '\n' && point != '\r'
                                            || Character.getType(point) == Character.FORMAT),
                    printed);
        }
        assertEquals(
                errorLines,
                program.err().lines().filter(line -> line.startsWith("error: ")).count(),
                program.err());
        assertTrue(program.out().lines().noneMatch(line -> line.startsWith("error: ")), program.out());
    }

    @Test
    void trainingAndPredicting() throws IOException {
        Path run = folder.resolve(NAME + "-run");
        Program trained = Program.runLine(
                "train --network mlp:3 --epochs 1 --no-twin --data", "csv:" + table, "--out", run.toString());
        trained.assertFine();
        assertHarmless(trained, 0);
        Path out = folder.resolve(NAME + "-predictions");
        Program predicted = Program.run("predict", "--model", run.toString(), "--out", out.toString());
        predicted.assertFine();
        assertHarmless(predicted, 0);
        predicted.assertOut("8 predictions: " + folder.resolve(SHOWN + "-predictions"));
        List<String> lines = Files.readAllLines(out.resolve("predictions.csv"));
        assertEquals(9, lines.size());
        assertEquals(
                "row,source_row,label,class,probability,probability_=1+1,probability_b\\u001B[2J\\u202E", lines.get(0));
        for (String line : lines.subList(1, 9)) {
            assertTrue(List.of("'=1+1", "b\\u001B[2J\\u202E").contains(line.split(",")[2]), line);
            assertTrue(List.of("'=1+1", "b\\u001B[2J\\u202E").contains(line.split(",")[3]), line);
        }
    }

    @Test
    void comparing() throws Exception {
        Path out = folder.resolve(NAME + "-comparison");
        Program compared = Program.runLine(
                "compare --network mlp:3 --epochs 1 --regularizers none --seeds 1 --jobs 1 --data",
                "csv:" + table,
                "--out",
                out.toString());
        compared.assertFine();
        assertHarmless(compared, 0);
        Files.delete(out.resolve("index.html"));
        Program again = Program.run("compare", "--report-only", "--out", out.toString());
        again.assertFine();
        assertHarmless(again, 0);
        byte[] page = Files.readAllBytes(out.resolve("index.html"));
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(new ByteArrayInputStream(page));
        assertTrue(new String(page, StandardCharsets.UTF_8).contains("a\\u001B]0;title\\u0007b\nerror: forged\\u007F"));
    }

    /** Wrong values, files and names: one line each, and not as long as they are. */
    @Test
    void refusing() throws IOException {
        String out = folder.resolve("out").toString();
        String endless = NAME + "x".repeat(3_000_000);
        Path header = folder.resolve("header.csv");
        Files.writeString(header, endless.replace("\n", " ") + ",y\n1,0\nq,1\n");
        Path garbage = folder.resolve("garbage.jsonl");
        Files.writeString(garbage, "{\"record\":\"" + "\u009B\u202E" + "z".repeat(3_000_000) + "\"}\n");
        for (Program program : List.of(
                Program.run("train", "--epochs", endless),
                Program.run("train", "--network", endless, "--out", out),
                Program.run("train", "--data", endless, "--out", out),
                Program.run("train", "--device", endless, "--out", out),
                Program.run("train", "--" + endless),
                Program.run(endless),
                Program.run("train", "--data", "csv:" + folder.resolve(NAME + "-nowhere"), "--out", out),
                Program.run("train", "--data", "csv:" + header, "--out", out),
                Program.run("train", "--data", "csv:" + table, "--label", endless, "--out", out),
                Program.run(
                        "predict", "--model", folder.resolve(NAME + "-nowhere").toString(), "--out", out),
                Program.run("bench", "report", "--json", garbage.toString(), "--html", out),
                Program.run("bench", "layers", "--shapes", endless))) {
            assertHarmless(program, 1);
            assertTrue(program.code() != Main.OK);
            assertTrue(
                    program.err().length() < 4000,
                    () -> program.err().length() + ": " + program.err().substring(0, 4000));
            assertFalse(program.err().contains("\tat "), program.err());
        }
    }
}
