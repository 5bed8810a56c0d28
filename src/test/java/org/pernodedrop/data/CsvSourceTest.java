package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.data.DataFiles.assertRefused;
import static org.pernodedrop.data.DataFiles.gzip;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.data.DataSource.Parts;
import org.pernodedrop.data.InputFile.UnpackedStream;
import org.pernodedrop.data.Reading.Header;

class CsvSourceTest {
    @TempDir
    Path directory;

    private Dataset read(String text, String label) {
        return read(text.getBytes(StandardCharsets.UTF_8), label);
    }

    private Dataset read(byte[] content, String label) {
        return readBy(Reading.standard().withLabel(label), content);
    }

    private Dataset readBy(Reading reading, byte[] content) {
        Path file = directory.resolve("table.csv");
        DataFiles.write(file, content);
        return DataSource.of("csv:" + file, reading).read().train().all();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2,0\n3,4,1\n",
                "a,b,c\n1,2,0\n3,4,1",
                "a,b,c\r\n1,2,0\r\n\r\n3,4,1\r\n",
                "0,1,c\n1,2,0\n3,4,1\n",
                "\uFEFF\"a\",\"b, or c\",\"d\"\n 1 , \"2\",0\n3,4,1\n",
                "\uFEFF1,2,0\n3,4,1\n",
                ",b,c\n1,2,0\n3,4,1\n"
            })
    void readsWithAndWithoutAHeader(String text) {
        Dataset data = read(text, null);
        assertArrayEquals(new float[] {1, 2, 3, 4}, data.features());
        assertArrayEquals(new int[] {0, 1}, data.labels());
        assertArrayEquals(new int[] {2}, data.exampleShape());
    }

    @Test
    void gzipIsRecognisedByItsContent() {
        assertEquals(2, read(gzip("1,0\n2,1\n".getBytes()), null).examples());
    }

    @ParameterizedTest
    @CsvSource({"y, true", "1, true", "1, false"})
    void theLabelColumnIsNamedOrCounted(String label, boolean header) {
        Dataset data = read((header ? "x,y,z\n" : "") + "1,7,2\n3,8,4\n", label);
        assertArrayEquals(new float[] {1, 2, 3, 4}, data.features());
        assertEquals(List.of("7", "8"), data.classNames());
    }

    @Test
    void aNumberNamesAColumnOnlyAmongNames() {
        assertEquals(List.of("7", "8"), read("5,7,0\n6,8,0\n", "1").classNames());
        assertRefused(() -> read("5,7,0\n6,8,0\n", "7"), "label=7");
    }

    @Test
    void numericColumnNamesAreNotData() {
        assertEquals(2, read("0,1,target\n1,2,5\n3,4,6\n", "target").examples());
    }

    @Test
    void integerLabelsAreInAscendingOrder() {
        Dataset data = read("1,10\n2,9\n3,-1\n4,10.0\n5,9\n", null);
        assertEquals(List.of("-1", "9", "10"), data.classNames());
        assertArrayEquals(new int[] {2, 1, 0, 2, 1}, data.labels());
    }

    @Test
    void textLabelsAreInSortedOrder() {
        Dataset data = read("5.1,setosa\n6,virginica\n5,Alba\n6,virginica\n", null);
        assertEquals(List.of("Alba", "setosa", "virginica"), data.classNames());
        assertArrayEquals(new int[] {1, 2, 0, 2}, data.labels());
        assertEquals(5.1f, data.features()[0]);
    }

    @Test
    void numbersMayHaveExponents() {
        assertArrayEquals(
                new float[] {1e-3f, -2e5f}, read("1e-3,0\n-2E+5,1\n", null).features());
    }

    @Test
    void manyRowsKeepTheirOrder() {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < 5000; row++) {
            text.append(row + "," + -row + "," + row % 3 + "\n");
        }
        Dataset data = read(text.toString(), null);
        assertEquals(5000, data.examples());
        for (int row = 0; row < 5000; row++) {
            assertEquals(row, data.features()[2 * row]);
            assertEquals(-row, data.features()[2 * row + 1]);
            assertEquals(row % 3, data.labels()[row]);
        }
    }

    /** Text with | for a line break; label column or nothing; part of the message. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1,2,0|3,4,1|5,1 ; ; 'line 3 has 2'",
                "a,b,c|1,2,0||5,6,7,1 ; ; 'line 4 has 4'",
                "a,b,c|1,2,0|3,4 ; ; 'line 3 has 2'",
                "a,b,c|1,NaN,0|3,4,1 ; ; '\"NaN\" in'",
                "a,b,c|1,NaN,0|3,4,1 ; ; 'line 2, column 2 (\"b\")'",
                "a,b,c|1,2,0|Infinity,4,1 ; ; 'line 3, column 1 (\"a\")'",
                "1,2,0|-Infinity,4,1 ; ; 'line 2, column 1'",
                "1,2,0|1e39,4,1 ; ; '\"1e39\"'",
                "1,2,0|,4,1 ; ; '\"\" in'",
                "1,2,0|?,4,1 ; ; '\"?\" in'",
                "1,2,0|1f,4,1 ; ; '\"1f\" in'",
                "1,?,0|3,4,1 ; ; 'line 1, column 2'",
                "1,2,0|3,4,x ; ; 'label=\"x\" in'",
                "1,2,x|3,4,x|1,2,0 ; ; 'label=\"0\" in'",
                "1,2,0|3,4, ; ; 'label must not be missing'",
                "1,2,0|3,4,NaN ; ; 'label must not be missing'",
                "1,2,0|3,4,Infinity ; ; 'label=\"Infinity\"'",
                "1,2,0|3,4,0.5 ; ; 'labels must be integers or text: label=\"0.5\" in'",
                "1,2,0.25|3,4,0.5 ; ; 'look like regression'",
                "1,2,1|3,4,1e20 ; ; 'within 2^53: label=\"1e20\" in'",
                "1,2,a|3,4,NA ; ; 'label must not be missing: label=\"NA\" in line 2, column 3'",
                "1,2,a|3,4,N/A ; ; 'label must not be missing'",
                "1,2,a|3,4,n/a ; ; 'label must not be missing'",
                "1,2,a|3,4,? ; ; 'label must not be missing'",
                "1,2,0|3,4,null ; ; 'label must not be missing'",
                "1,2,0|3,4,NULL ; ; 'label must not be missing'",
                "?,?,0|3,4,1|5,6,1 ; ; 'must be finite numbers: \"?\" in line 1, column 1, \"?\" in line 1, column 2, in'",
                "1,2,x|3,4,y|1,2,0|1,2,x ; ; 'all text: label=\"0\" in line 3, column 3, in'",
                "1,2,0|3,4,1|5,6,y|1,2,1 ; ; 'all text: label=\"y\" in line 3, column 3, in'",
                "a,b,a|1,2,0|3,4,1 ; ; '\"a\" names columns 1 and 3'",
                "a,b,c|1,2,0|3,4,1 ; d ; 'label=d'",
                "a,b,c|1,2,0|3,4,1 ; d ; '\"a,b,c\"'",
                "a,b,c|1,2,0|3,4,1 ; 3 ; 'index from 0 to 2: label=3'",
                "a,b,c|1,2,0|3,4,1 ; -1 ; 'label=-1'",
                "a,a,c|1,2,0|3,4,1 ; a ; 'label=a names 2'",
                "1,2,0|3,4,1 ; species ; 'label=species'",
                "1|2 ; ; 'at least one other'",
                "a,b,c ; ; 'rows below its header'",
                "'| |' ; ; 'must have'",
                "1,2,0|\"1,4,1 ; ; 'matching quotes'",
                "1,2,0|\"1\"x,4,1 ; ; 'matching quotes'"
            })
    void refusesWhatIsNoTable(String text, String label, String part) {
        assertRefused(() -> read(text.replace('|', '\n'), label), part, "table.csv");
    }

    private Dataset read(String text, Header header, List<String> notices) {
        return readBy(Reading.standard().withHeader(header).telling(notices::add), text.getBytes());
    }

    private List<String> notices(String text) {
        List<String> notices = new ArrayList<>();
        read(text, Header.AUTO, notices);
        notices.forEach(notice -> assertFalse(notice.contains("\n"), notice));
        return notices;
    }

    @Test
    void aHeaderOfNumbersIsToldAndMayBeGiven() {
        String text = "0,1,species\n" + "1.5,2.5,a\n3.5,0.5,b\n".repeat(5);
        List<String> notices = new ArrayList<>();
        assertEquals(List.of("a", "b"), read(text, Header.AUTO, notices).classNames());
        assertEquals(1, notices.size());
        assertTrue(notices.get(0).contains("table.csv, \"0,1,species\", is taken for its header"), notices.toString());
        assertEquals(10, read(text, Header.YES, notices).examples());
        assertEquals(
                List.of("a", "b", "species"), read(text, Header.NO, notices).classNames());
        assertEquals(1, notices.size(), "what was given is not told: " + notices);
        assertEquals(
                1, read("7,3,0\n1,2,0\n3,4,1\n5,5,1\n", Header.YES, notices).features()[0]);
    }

    @Test
    void columnsKeepTheirNames() {
        Path file = directory.resolve("table.csv");
        DataFiles.write(file, "a,y,b\n1,0,2\n3,1,4\n5,0,6\n7,1,8\n".getBytes());
        DataSplit split = DataSource.parse("csv:" + file, "y").load(1, 0.5, 0);
        assertEquals(Optional.of(new TableColumns(true, List.of("a", "b"), "y")), split.columns());
        DataFiles.write(file, "1,0,2\n3,1,4\n5,0,6\n7,1,8\n".getBytes());
        assertEquals(
                Optional.of(new TableColumns(false, List.of(), null)),
                DataSource.parse("csv:" + file, "1").load(1, 0.5, 0).columns());
        assertEquals(
                Optional.empty(),
                DataSource.parse("vowel", null).load(1, 0.5, 0).columns());
    }

    @Test
    void whatLooksLikeRegressionIsTold() {
        assertEquals(List.of(), notices(rows("x,y,class", 1200, row -> "1,2," + row % 30)));
        String many = rows("x,y,price", 1200, row -> "1,2," + row % 120);
        assertTrue(notices(many).get(0).contains("120 different integers in 1200 rows"));
        String rare = rows("x,y,price", 100, row -> "1,2," + (1000 + 37 * row % 41));
        assertTrue(notices(rare).get(0).contains("looks like regression"));
        String identifiers = rows("x,y,name", 100, row -> "1,2,n" + row);
        assertTrue(notices(identifiers).get(0).contains("names or identifiers"));
    }

    private static String rows(String header, int count, IntFunction<String> row) {
        return header + "\n" + IntStream.range(0, count).mapToObj(row).collect(Collectors.joining("\n"));
    }

    @Test
    void whatLooksLikeAnIndexIsTold() {
        String counted = rows("id,x,y", 20, row -> 100 + row + ",1," + row % 2);
        assertTrue(notices(counted).get(0).contains("column 1 (\"id\") counts the rows"));
        assertEquals(List.of(), notices(rows("x,id,y", 20, row -> "1," + row + "," + row % 2)));
        String down = "n,x,y\n60,1,0\n50,1,1\n40,2,1\n30,1,0\n20,1,0\n10,1,1\n";
        assertTrue(notices(down).get(0).contains("column 1 (\"n\") counts the rows"));
        assertEquals(List.of(), notices(down.replace("50", "49")));
        assertEquals(List.of(), notices(down.replaceAll("\\d0,", "7,")), "a constant counts nothing");
        assertTrue(notices(",x,y\n7,1,0\n9,2,1\n")
                .get(0)
                .contains("column 1 (\"\") has no name, which looks like an index"));
        assertTrue(notices("Unnamed: 0,x,y\n7,1,0\n9,2,1\n").get(0).contains("index=False"));
        assertEquals(List.of(), notices("x,z,y\n1,1,0\n2,2,1\n3,5,0\n"), "three rows may count by chance");
    }

    /** A kilobyte that unpacks to a megabyte of blank lines. */
    @Test
    void gzipUnpacksToALimit() {
        Path file = directory.resolve("table.csv.gz");
        DataFiles.write(file, gzip(("1,2,0\n3,4,1\n" + "\n".repeat(1 << 20)).getBytes()));
        Reading reading = Reading.standard().withMaxUnpackedBytes(1 << 20);
        assertRefused(
                () -> DataSource.of("csv:" + file, reading).read(),
                "at most 1048576 bytes",
                "table.csv.gz",
                "--max-unpacked");
        Parts whole = DataSource.of("csv:" + file, reading.withMaxUnpackedBytes(2 << 20))
                .read();
        assertEquals(2, whole.train().labels().length);
        assertEquals(1L << 30, UnpackedStream.standardLimit(1000));
        assertEquals(64L << 30, UnpackedStream.standardLimit(2L << 30));
        assertEquals(Long.MAX_VALUE, UnpackedStream.standardLimit(Long.MAX_VALUE / 2));
    }

    /** Ten faults of any kind with line, column and name, then the number of others. */
    @Test
    void theFirstTenBadCellsAreListed() {
        StringBuilder text = new StringBuilder("a,b,c\n");
        for (int row = 0; row < 30; row++) {
            text.append(row == 4 ? "1,2\n" : row < 8 ? "x,2," + (row == 2 ? "NA" : "1") + "\n" : "1,2,?\n");
        }
        text.append("1,2,0\n");
        String message = Refusal.message(DataException.class, () -> read(text.toString(), null));
        assertTrue(
                message.startsWith(
                        "features must be finite numbers: \"x\" in line 2, column 1 (\"a\"), \"x\" in line 3,"),
                message);
        assertTrue(message.contains("as the first: line 6 has 2, not 3"), message);
        assertTrue(
                message.contains(
                        "label must not be missing: label=\"NA\" in line 4, column 3 (\"c\"), label=\"?\" in line"),
                message);
        assertEquals(10, message.split("line \\d", -1).length - 1, message);
        assertTrue(message.contains(" and 21 more, in " + directory), message);
    }

    @Test
    void refusesDamagedFiles() {
        assertRefused(() -> read("", null), "must not be empty", "table.csv");
        assertRefused(() -> read("1,\u00E9,0\n".getBytes(StandardCharsets.ISO_8859_1), null), "UTF-8", "table.csv");
        byte[] zipped = gzip("1,2,0\n3,4,1\n".repeat(1000).getBytes());
        assertRefused(() -> read(Arrays.copyOf(zipped, zipped.length / 2), null), "whole gzip file");
        assertRefused(
                () -> DataSource.parse("csv:" + directory.resolve("no.csv"), null)
                        .read(),
                "no.csv not found");
        assertRefused(() -> DataSource.parse("csv:" + directory, null).read(), "must not be a directory");
        if (Files.exists(Path.of("/dev/null"))) {
            assertRefused(
                    () -> DataSource.parse("csv:/dev/null", null).read(), "must be a regular one", "pipe or a device");
        }
    }

    @Test
    void messagesStayOnOneShortLine() {
        assertRefused(() -> read("1,2,0\n\"4\n5\",4,1\n", null), "\"4\\u000A5\"");
        String message =
                Refusal.message(DataException.class, () -> read("1,2,0\n" + "x".repeat(10_000) + ",4,1\n", null));
        assertFalse(message.length() > 500, message);
    }
}
