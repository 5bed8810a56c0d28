package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.data.DataFiles.assertRefused;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.data.CsvSource.Table;
import org.pernodedrop.data.DataSource.StratifiedSplit;
import org.pernodedrop.data.Reading.Header;

class DataSourceTest {
    @ParameterizedTest
    @CsvSource({
        "digits, 1797, 0, 64, 10",
        "spambase, 4601, 0, 57, 2",
        "vowel, 528, 462, 9, 11",
    })
    void embeddedSetsHaveTheirKnownSizes(String name, int training, int test, int features, int classes) {
        DataSource source = DataSource.parse(name, null);
        DataSplit split = source.load(1, 0.2, 0);
        assertEquals(training, split.train().examples() + split.validation().examples());
        assertEquals(test, split.test().map(Dataset::examples).orElse(0));
        assertEquals(features, split.train().featureCount());
        assertEquals(classes, split.train().classes());
        assertEquals(
                classes, Arrays.stream(split.validation().labels()).distinct().count());
        assertEquals(name, source.name());
        assertEquals(name, source.toString());
        assertTrue(source.description().contains("CC BY 4.0"));
        assertFalse(source.description().contains("\n"));
    }

    @Test
    void digitsAreTheKnownImages() {
        Dataset digits = DataSource.parse("digits", null).read().train().all();
        assertArrayEquals(new int[] {8, 8}, digits.exampleShape());
        assertArrayEquals(new float[] {0, 0, 5, 13, 9, 1, 0, 0}, Arrays.copyOf(digits.features(), 8));
        int[] counts = new int[10];
        for (int label : digits.labels()) {
            counts[label]++;
        }
        assertArrayEquals(new int[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, counts);
    }

    @Test
    void spamIsTheSecondClass() {
        Dataset spambase = DataSource.parse("spambase", null).read().train().all();
        assertEquals("spam", spambase.classNames().get(1));
        assertEquals(1813, Arrays.stream(spambase.labels()).sum());
        assertEquals(278, spambase.features()[56]);
    }

    @Test
    void theSpeakerOfAVowelIsNoFeature() {
        DataSource.Parts parts = DataSource.parse("vowel", null).read();
        Dataset train = parts.train().all();
        assertEquals(-3.639f, train.features()[0]);
        assertEquals(-0.814f, train.features()[8]);
        assertEquals(-3.327f, train.features()[9]);
        Dataset test = parts.test().orElseThrow().all();
        assertEquals(
                42, Arrays.stream(test.labels()).filter(label -> label == 10).count());
    }

    @Property(tries = 200, seed = "1")
    void aSplitIsAStratifiedPartition(
            @ForAll @IntRange(min = 2, max = 300) int examples,
            @ForAll @IntRange(min = 1, max = 13) int classes,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double fraction,
            @ForAll long seed) {
        int[] labels = IntStream.range(0, examples).map(j -> j * j % classes).toArray();
        StratifiedSplit split = StratifiedSplit.of(labels, classes, seed, Permutation.SPLIT, fraction);
        int[] together = IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.part()))
                .sorted()
                .toArray();
        assertArrayEquals(IntStream.range(0, examples).toArray(), together);
        for (int c = 0; c < classes; c++) {
            int label = c;
            long all = Arrays.stream(labels).filter(each -> each == label).count();
            long held = Arrays.stream(split.part())
                    .filter(position -> labels[position] == label)
                    .count();
            long expected = all < 2 ? 0 : Math.max(1, Math.min(all - 1, Math.round(all * fraction)));
            assertEquals(expected, held);
        }
        StratifiedSplit again = StratifiedSplit.of(labels, classes, seed, Permutation.SPLIT, fraction);
        assertArrayEquals(split.train(), again.train());
        assertArrayEquals(split.part(), again.part());
    }

    @Test
    void loadingFollowsTheDocumentedPermutations() {
        DataSource source = DataSource.parse("digits", null);
        Dataset all = source.read().train().all();
        int[] limited = Arrays.copyOf(Permutation.of(1797, 42, Permutation.LIMIT, 0), 207);
        Dataset kept = all.subset(limited);
        int[] wanted = new int[10];
        for (int label : kept.labels()) {
            wanted[label]++;
        }
        Arrays.setAll(wanted, label -> (int) Math.round(wanted[label] * 0.3));
        int[] validation = Arrays.stream(Permutation.of(207, 42, Permutation.SPLIT, 0))
                .filter(position -> wanted[kept.labels()[position]]-- > 0)
                .toArray();
        DataSplit split = source.load(42, 0.3, 207);
        assertArrayEquals(kept.subset(validation).features(), split.validation().features());
        assertEquals(207 - validation.length, split.train().examples());
    }

    /** After limit and splits, each example's source row is the row in the file. */
    @ParameterizedTest
    @CsvSource({"digits, 0", "digits, 207", "vowel, 0", "vowel, 101"})
    void sourceRowsLeadBack(String name, int limit) {
        DataSource source = DataSource.parse(name, null);
        DataSource.Parts parts = source.read();
        Dataset all = parts.train().all();
        DataSplit split = source.load(7, 0.3, limit);
        leadBack(all, split.train());
        leadBack(all, split.validation());
        DataSplit tested = source.loadWithTest(7, 0.3, 0.2, limit);
        leadBack(all, tested.train());
        leadBack(all, tested.validation());
        if (parts.test().isEmpty()) {
            leadBack(all, tested.test().orElseThrow());
        }
        leadBack(all, split.validation().subset(new int[] {3, 1}));
        assertThrows(IndexOutOfBoundsException.class, () -> all.sourceRow(all.examples()));
    }

    /** Both parts of vowel come from one file, whose rows are ordered by speaker. */
    @Test
    void sourceRowsOfATestPartLeadBackToTheFile() {
        Reading reading = Reading.standard().withHeader(Header.YES);
        Table table = Table.read(InputFile.resource("vowel.csv.gz"), reading);
        DataSplit split = DataSource.parse("vowel", null).load(7, 0.3, 101);
        for (Dataset part :
                List.of(split.train(), split.validation(), split.test().orElseThrow())) {
            for (int row = 0; row < part.examples(); row++) {
                int source = part.sourceRow(row);
                assertEquals(table.labels()[source], part.labels()[row]);
                assertTrue(Arrays.equals(
                        table.features(), source * 10 + 1, source * 10 + 10, part.features(), row * 9, row * 9 + 9));
            }
        }
    }

    private static void leadBack(Dataset all, Dataset part) {
        int width = all.featureCount();
        for (int row = 0; row < part.examples(); row++) {
            int source = part.sourceRow(row);
            assertEquals(all.labels()[source], part.labels()[row]);
            assertTrue(Arrays.equals(
                    all.features(),
                    source * width,
                    (source + 1) * width,
                    part.features(),
                    row * width,
                    (row + 1) * width));
        }
    }

    @Test
    void theSeedDecides() {
        DataSource source = DataSource.parse("vowel", null);
        float[] first = source.load(5, 0.2, 100).train().features();
        assertArrayEquals(first, source.load(5, 0.2, 100).train().features());
        assertFalse(Arrays.equals(first, source.load(6, 0.2, 100).train().features()));
        assertArrayEquals(
                source.load(5, 0.2, 0).train().features(),
                source.load(5, 0.2, 528).train().features());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mnist", "Digits", "digits:x", "idx", "idx:", "csv: ", "cifar100:x", "csv"})
    void refusesUnknownSpecifications(String specification) {
        Refusal.says(
                IllegalArgumentException.class,
                "data must be one of digits, spambase, vowel, idx:DIR, cifar10:DIR, csv:FILE: data=" + specification,
                () -> DataSource.parse(specification, null));
    }

    @Test
    void refusesInvalidPathsAndStrayLabels() {
        assertMessage("data must name a valid path", () -> DataSource.parse("csv:a\0b", null));
        assertMessage(
                "label is for csv:FILE only; leave it out for digits: label=y", () -> DataSource.parse("digits", "y"));
        assertMessage("label=0", () -> DataSource.parse("idx:x", "0"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN})
    void refusesFractionsOutsideTheOpenInterval(double fraction) {
        assertMessage(
                "validationFraction must be in (0, 1): validationFraction=" + fraction,
                () -> DataSource.parse("vowel", null).load(1, fraction, 0));
    }

    @Test
    void refusesANegativeLimit() {
        assertMessage("limit=-1", () -> DataSource.parse("vowel", null).load(1, 0.5, -1));
    }

    @Test
    void refusesTooLittleData(@TempDir Path directory) {
        Path file = directory.resolve("small.csv");
        DataSource source = DataSource.parse("csv:" + file, null);
        DataFiles.write(file, "1,0\n2,0\n3,0\n".getBytes());
        assertRefused(() -> source.load(1, 0.5, 0), "two classes", "small.csv", "3 examples with the same label");
        DataFiles.write(file, "1,0\n2,1\n3,2\n".getBytes());
        assertRefused(() -> source.load(1, 0.5, 0), "each of another class", "small.csv", "label column");
        DataFiles.write(file, "1,0\n".repeat(5).concat("2,1\n".repeat(5)).getBytes());
        assertRefused(() -> source.load(1, 0.5, 1), "limit=1", "use a larger limit");
        assertRefused(() -> DataSource.parse("digits", null).load(1, 0.5, 2), "limit=2", "use a larger limit");
        DataFiles.write(file, "1,0\n2,0\n3,1\n".getBytes());
        DataSplit split = source.load(1, 0.5, 0);
        assertEquals(2, split.train().examples());
        assertArrayEquals(new int[] {0}, split.validation().labels());
    }

    private static void assertMessage(String part, Executable action) {
        Refusal.contains(IllegalArgumentException.class, part, action);
    }
}
