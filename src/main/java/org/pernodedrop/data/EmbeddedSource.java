package org.pernodedrop.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.pernodedrop.data.CsvSource.Table;
import org.pernodedrop.data.Reading.Header;

/** A data set contained in the library. */
final class EmbeddedSource extends DataSource {
    /** The first speaker (column 0) of vowel's test part. */
    private static final int VOWEL_TEST_SPEAKER = 8;

    private final Set set;

    private EmbeddedSource(Set set) {
        super(set.specification);
        this.set = set;
    }

    /** The embedded sets. Their label columns are the last ones, and hold 0 .. classes - 1. */
    private enum Set {
        DIGITS(
                "digits",
                new int[] {8, 8},
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
                "1,797 images of handwritten digits, 8 x 8 pixels, 10 classes; UCI Machine Learning Repository (Alpaydin,"
                        + " Kaynak 1998), CC BY 4.0; no test part."),
        SPAMBASE(
                "spambase",
                new int[] {57},
                List.of("ham", "spam"),
                "4,601 e-mails, 57 word and character frequencies, 2 classes; UCI Machine Learning Repository (Hopkins et"
                        + " al. 1999), CC BY 4.0; no test part."),
        VOWEL(
                "vowel",
                new int[] {9},
                List.of("hid", "hId", "hEd", "hAd", "hYd", "had", "hOd", "hod", "hUd", "hud", "hed"),
                "990 spoken English vowels, 9 log area ratios, 11 classes; UCI Machine Learning Repository (Deterding"
                        + " 1989), CC BY 4.0; speakers 0-7 for training and validation, 8-14 for the test.");

        private final String specification;
        private final int[] exampleShape;
        private final List<String> classNames;
        private final String description;

        Set(String specification, int[] exampleShape, List<String> classNames, String description) {
            this.specification = specification;
            this.exampleShape = exampleShape;
            this.classNames = classNames;
            this.description = description;
        }
    }

    static Optional<DataSource> named(String specification) {
        return Arrays.stream(Set.values())
                .filter(set -> set.specification.equals(specification))
                .findFirst()
                .map(EmbeddedSource::new);
    }

    @Override
    Parts read() {
        Reading reading = Reading.standard().withHeader(set == Set.DIGITS ? Header.NO : Header.YES);
        Table table = Table.read(InputFile.resource(set.specification + ".csv.gz"), reading);
        if (set != Set.VOWEL) {
            return new Parts(part(table, 0, row -> true), Optional.empty(), Optional.empty());
        }
        float[] values = table.features();
        IntPredicate training = row -> values[row * table.featureCount()] < VOWEL_TEST_SPEAKER;
        return new Parts(part(table, 1, training), Optional.of(part(table, 1, training.negate())), Optional.empty());
    }

    private Examples part(Table table, int firstColumn, IntPredicate wanted) {
        int[] rows = IntStream.range(0, table.rows()).filter(wanted).toArray();
        int[] labels = table.labels();
        float[] values = table.features();
        int stride = table.featureCount();
        return new Examples(
                name(),
                (row, into, offset) ->
                        System.arraycopy(values, rows[row] * stride + firstColumn, into, offset, stride - firstColumn),
                IntStream.of(rows).map(row -> labels[row]).toArray(),
                set.exampleShape,
                set.classNames,
                row -> rows[row]);
    }

    @Override
    public String description() {
        return set.description;
    }
}
