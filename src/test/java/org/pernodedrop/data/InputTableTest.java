package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.data.DataFiles.assertRefused;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.data.Reading.Header;

class InputTableTest {
    private static final InputTable.Wanted NAMED = wanted("a,b,c", "y", "s0,s1");
    private static final InputTable.Wanted UNNAMED =
            new InputTable.Wanted(3, List.of("0", "1"), Optional.of(new TableColumns(false, List.of(), null)));

    @TempDir
    Path directory;

    private final List<String> notices = new ArrayList<>();

    private static InputTable.Wanted wanted(String features, String label, String classes) {
        List<String> names = Arrays.asList(features.split(","));
        return new InputTable.Wanted(
                names.size(), Arrays.asList(classes.split(",")), Optional.of(new TableColumns(true, names, label)));
    }

    private InputTable read(String text, InputTable.Wanted wanted, String label, Header header) {
        Path file = directory.resolve("new.csv");
        DataFiles.write(file, text.replace('|', '\n').getBytes(StandardCharsets.UTF_8));
        return InputTable.read(
                file,
                wanted,
                Reading.standard().withLabel(label).withHeader(header).telling(notices::add));
    }

    private InputTable read(String text, InputTable.Wanted wanted, String label) {
        return read(text, wanted, label, Header.AUTO);
    }

    private void assertTold(String... parts) {
        assertEquals(1, notices.size(), notices.toString());
        for (String part : parts) {
            assertTrue(notices.get(0).contains(part), notices.toString());
        }
        assertFalse(notices.get(0).contains("\n"), notices.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"a,b,c|1,2,3|4,5,6", "c,a,b|3,1,2|6,4,5", "b,c,a|2,3,1|5,6,4"})
    void columnsAreFoundByTheirNamesInAnyOrder(String text) {
        InputTable table = read(text, NAMED, null);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, table.features());
        assertEquals(2, table.rows());
        assertTrue(table.labels().isEmpty());
        assertEquals(List.of(), notices);
    }

    /** The same with numbers as names, which gives a notice. */
    @Test
    void numbersAreNamesToo() {
        assertArrayEquals(
                new float[] {1, 2, 3},
                read("2,0,1|3,1,2", wanted("0,1,2", "3", "0,1"), null).features());
        assertTold("\"2,0,1\", is taken for its header");
        assertArrayEquals(
                new float[] {2, 0, 1, 3, 1, 2},
                read("2,0,1|3,1,2", wanted("0,1,2", "3", "0,1"), null, Header.NO)
                        .features());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a,b|1,2 ; 'new.csv has no column \"c\";'",
                "a,b,c,d|1,2,3,4 ; 'new.csv has column \"d\", which the model does not know'",
                "x,b,z|1,2,3 ; 'no columns \"a\", \"c\" and has columns \"x\", \"z\", which'",
                "A,b,c|1,2,3 ; 'no column \"a\" and has column \"A\"'",
                "a,b,c,a|1,2,3,4 ; '\"a\" names columns 1 and 4'",
                "a,b,b,c|1,2,3,4 ; '\"b\" names columns 2 and 3'",
                ",a,b,c|0,1,2,3 ; 'to_csv(index=False)'",
                "a,b,c|1,2,x ; '\"x\" in line 2, column 3 (\"c\")'",
                "c,b,a|1,2,x ; '\"x\" in line 2, column 3 (\"a\")'",
                "a,b,c|1,2 ; 'line 2 has 2, not 3'",
                "a,b,c ; 'rows below its header'"
            })
    void otherColumnsAreRefusedByName(String text, String part) {
        assertRefused(() -> read(text, NAMED, null), part, "new.csv");
    }

    @Test
    void ofManyNamesTheFirstTenAreListed() {
        String names = "f01,f02,f03,f04,f05,f06,f07,f08,f09,f10,f11,f12,f13";
        assertRefused(
                () -> read("f01|1", wanted(names, "y", "0,1"), null),
                "no columns \"f02\", \"f03\",",
                "\"f11\" and 2 more");
    }

    @Test
    void theLabelIsIgnoredUnlessItIsAskedFor() {
        InputTable ignored = read("y,a,b,c|s9,1,2,3", NAMED, null);
        assertArrayEquals(new float[] {1, 2, 3}, ignored.features());
        assertTrue(ignored.labels().isEmpty());
        assertTold("column 1 (\"y\")", "is ignored", "--label");
        notices.clear();
        InputTable scored = read("b,y,a,c|2,s1,1,3|5,s0,4,6", NAMED, "y");
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, scored.features());
        assertArrayEquals(new int[] {1, 0}, scored.labels().orElseThrow());
        assertEquals(List.of(), notices);
        assertArrayEquals(
                new int[] {1},
                read("b,truth,a,c|2,s1,1,3", NAMED, "truth").labels().orElseThrow());
        assertArrayEquals(
                new int[] {1}, read("b,truth,a,c|2,s1,1,3", NAMED, "1").labels().orElseThrow());
    }

    @Test
    void integerLabelsMayBeWrittenOtherwise() {
        assertArrayEquals(
                new int[] {1, 0, 1},
                read("1,2,3,1.0|1,2,3,0|1,2,3,1", UNNAMED, "3").labels().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a,b,c,y|1,2,3,s2|1,2,3,s0 ; y ; 'classes of the model: label=\"s2\" in line 2, column 4 (\"y\")'",
                "a,b,c,y|1,2,3,s1|1,2,3, ; y ; 'must not be missing: label=\"\" in line 3, column 4 (\"y\")'",
                "a,b,c,y|1,2,3,NA|1,2,3,s0 ; y ; 'must not be missing: label=\"NA\" in line 2'",
                "a,b,c|1,2,3 ; y ; 'label=y, the first row of'",
                "a,b,c,y|1,2,3,s0 ; b ; 'must not be a feature of the model: label=b is column 2'"
            })
    void wrongLabelsAreRefused(String text, String label, String part) {
        assertRefused(() -> read(text, NAMED, label), part, "new.csv");
    }

    @Test
    void withoutNamesThePositionCountsAndThatIsTold() {
        assertArrayEquals(
                new float[] {7, 2, 3, 4, 5, 6}, read("7,2,3|4,5,6", NAMED, null).features());
        assertTold("by their position", "the file has no header");
        notices.clear();
        assertArrayEquals(
                new float[] {7, 2, 3, 4, 5, 6},
                read("x,y,z|7,2,3|4,5,6", UNNAMED, null).features());
        assertTold("by their position", "the model has no names");
        notices.clear();
        InputTable.Wanted old = new InputTable.Wanted(3, List.of("0", "1"), Optional.empty());
        assertArrayEquals(new float[] {7, 2, 3}, read("x,y,z|7,2,3", old, null).features());
        assertTold("by their position", "the model has no names");
        notices.clear();
        assertRefused(() -> read("x,y,z|7,2,3", UNNAMED, null, Header.NO), "\"x\" in line 1, column 1");
    }

    @Test
    void aColumnTooManyMayBeTheLabel() {
        assertRefused(
                () -> read("7,2,3,s1|4,5,6,s0", NAMED, null),
                "3 in a line, and no label",
                "has 4",
                "--label",
                "last is 3");
        assertArrayEquals(
                new int[] {1, 0}, read("7,2,3,s1|4,5,6,s0", NAMED, "3").labels().orElseThrow());
        assertRefused(() -> read("7,2|4,5", NAMED, null), "3 in a line", "has 2; give a file with the same columns");
    }
}
