package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.pernodedrop.data.DataFiles.assertRefused;
import static org.pernodedrop.data.DataFiles.gzip;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvSourceTest {
    @TempDir
    Path directory;

    private Dataset read(String text, String label) {
        return read(text.getBytes(StandardCharsets.UTF_8), label);
    }

    private Dataset read(byte[] content, String label) {
        Path file = directory.resolve("table.csv");
        DataFiles.write(file, content);
        return DataSource.parse("csv:" + file, label).read().train().all();
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
            text.append(row)
                    .append(',')
                    .append(-row)
                    .append(',')
                    .append(row % 3)
                    .append('\n');
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
                "a,b,c|1,NaN,0|3,4,1 ; ; 'line 2, column 1 (\"b\")'",
                "a,b,c|1,2,0|Infinity,4,1 ; ; 'line 3, column 0 (\"a\")'",
                "1,2,0|-Infinity,4,1 ; ; 'line 2, column 0'",
                "1,2,0|1e39,4,1 ; ; '\"1e39\"'",
                "1,2,0|,4,1 ; ; '\"\" in'",
                "1,2,0|?,4,1 ; ; '\"?\" in'",
                "1,2,0|1f,4,1 ; ; '\"1f\" in'",
                "1,?,0|3,4,1 ; ; 'line 1, column 1'",
                "1,2,0|3,4,x ; ; 'label=\"x\" in'",
                "1,2,x|3,4,x|1,2,0 ; ; 'label=\"0\" in'",
                "1,2,0|3,4, ; ; 'label must not be missing'",
                "1,2,0|3,4,NaN ; ; 'label must not be missing'",
                "1,2,0|3,4,Infinity ; ; 'label=\"Infinity\"'",
                "1,2,0|3,4,0.5 ; ; 'labels must be integers or text: label=\"0.5\" in'",
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
    }

    @Test
    void messagesStayOnOneShortLine() {
        assertRefused(() -> read("1,2,0\n\"4\n5\",4,1\n", null), "\"4 5\"");
        try {
            read("1,2,0\n" + "x".repeat(10_000) + ",4,1\n", null);
        } catch (DataException e) {
            assertFalse(e.getMessage().length() > 500, e.getMessage());
            return;
        }
        throw new AssertionError("a field of 10,000 letters passed for a number");
    }
}
