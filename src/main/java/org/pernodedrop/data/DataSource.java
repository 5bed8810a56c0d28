package org.pernodedrop.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.pernodedrop.data.Reading.Header;

/**
 * A source of labelled data.
 *
 * <table>
 * <caption>Specifications</caption>
 * <tr><td>{@code digits}, {@code spambase}, {@code vowel}</td><td>embedded sets, see the package documentation</td></tr>
 * <tr><td>{@code idx:DIR}</td><td>directory in the format of MNIST and Fashion-MNIST: {@code train-images-idx3-ubyte} and
 * {@code train-labels-idx1-ubyte}; {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte} as test part, if
 * there; each plain or .gz, and with a dot for the last hyphen if need be</td></tr>
 * <tr><td>{@code cifar10:DIR}</td><td>directory of CIFAR-10's binary version: at least one of {@code data_batch_1.bin} to
 * {@code data_batch_5.bin}; {@code test_batch.bin} as test part and {@code batches.meta.txt} with the class names, if
 * there; each plain or .gz</td></tr>
 * <tr><td>{@code csv:FILE}</td><td>comma-separated UTF-8 text, plain or gzip, with or without a header ({@link Header});
 * all columns but the label column are features</td></tr>
 * </table>
 */
public abstract sealed class DataSource permits EmbeddedSource, IdxSource, CifarSource, CsvSource {
    /** Specifications that {@link #parse} accepts, for messages and help texts. */
    public static final String SPECIFICATIONS = "digits, spambase, vowel, idx:DIR, cifar10:DIR, csv:FILE";

    private final String name;

    DataSource(String name) {
        this.name = name;
    }

    /**
     * Content of a source: training examples, from which the validation part is split off, the source's own test part,
     * and the columns of a CSV file.
     */
    record Parts(Examples train, Optional<Examples> test, Optional<TableColumns> columns) {}

    /**
     * The source with this specification and {@link Reading#standard}; reads nothing yet.
     *
     * @param specification one of {@link #SPECIFICATIONS}
     * @param labelColumn name or 0-based index of the label column of a CSV file; null for the last one, and for all
     *     other sources
     * @throws IllegalArgumentException if the specification is unknown, or a label column is given for another source
     */
    public static DataSource parse(String specification, String labelColumn) {
        return of(specification, Reading.standard().withLabel(labelColumn));
    }

    /**
     * The source with this specification; reads nothing yet.
     *
     * @param specification one of {@link #SPECIFICATIONS}
     * @param reading options for its files
     * @throws IllegalArgumentException if the specification is unknown, or a label column or a header is given for
     *     another source than a CSV file
     */
    public static DataSource of(String specification, Reading reading) {
        int colon = specification.indexOf(':');
        String kind = colon < 0 ? specification : specification.substring(0, colon);
        DataSource source;
        if (colon < 0) {
            source = EmbeddedSource.named(kind).orElseThrow(() -> unknown(specification));
        } else {
            source = switch (kind) {
                case "idx" -> new IdxSource(specification, path(specification, colon), reading);
                case "cifar10" -> new CifarSource(specification, path(specification, colon), reading);
                case "csv" -> new CsvSource(specification, path(specification, colon), reading);
                default -> throw unknown(specification);
            };
        }
        if (!(source instanceof CsvSource)) {
            reading.label().ifPresent(label -> {
                throw onlyForTables("label", label, specification);
            });
            if (reading.header() != Header.AUTO) {
                throw onlyForTables("header", reading.header(), specification);
            }
        }
        return source;
    }

    /**
     * The specification with an absolute path, which is independent of the working directory.
     *
     * @throws IllegalArgumentException if the specification is unknown
     */
    public static String absolute(String specification) {
        parse(specification, null);
        int colon = specification.indexOf(':');
        return colon < 0
                ? specification
                : specification.substring(0, colon + 1)
                        + path(specification, colon).toAbsolutePath();
    }

    /** Whether a specification names images, whose pixels are scaled from 0..255 to [0, 1] while reading. */
    public static boolean scalesPixels(String specification) {
        return specification.startsWith("idx:") || specification.startsWith("cifar10:");
    }

    private static IllegalArgumentException onlyForTables(String name, Object value, String specification) {
        return new IllegalArgumentException(
                name + " is for csv:FILE only; leave it out for " + specification + ": " + name + "=" + value);
    }

    private static Path path(String specification, int colon) {
        String path = specification.substring(colon + 1);
        if (path.isBlank()) {
            throw unknown(specification);
        }
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("data must name a valid path: " + e.getMessage(), e);
        }
    }

    private static IllegalArgumentException unknown(String specification) {
        return new IllegalArgumentException("data must be one of " + SPECIFICATIONS + ": data=" + specification);
    }

    /**
     * Reads the data and splits a validation part off the training examples. Features have the values of the files,
     * except that pixels of {@code idx} and {@code cifar10} are scaled from 0..255 to [0, 1]; nothing is standardised.
     *
     * <p>First the limit: if it is above 0 and below the number of training examples, the first {@code limit} examples
     * of {@code Permutation.of(examples, seed, LIMIT, 0)} are used, a random sample. Then the stratified validation
     * part: in the order of {@code Permutation.of(left, seed, SPLIT, 0)} of the examples left, the first v of each
     * class go to the validation part and all others to the training part, where
     * {@code v = floor(n validationFraction + 1/2)} of the n examples of the class, but at least 1 and at most n - 1; a
     * class with one example stays in the training part. Both parts keep this order, so every prefix of them is a
     * random sample. The test part is never limited and keeps the order of its file.
     *
     * <p>The same arguments and files give the same parts on every JDK and machine.
     *
     * @param seed any 64-bit value
     * @param validationFraction share of the validation part, in (0, 1)
     * @param limit largest number of training examples, validation part included; 0 for all
     * @throws IllegalArgumentException if an argument is out of range
     * @throws DataException if the data cannot be read, violates its format, has only one class, or is too little to be
     *     split
     */
    public final DataSplit load(long seed, double validationFraction, int limit) {
        return load(read(), seed, validationFraction, limit);
    }

    /**
     * As {@link #load(long, double, int)}, but always with a test part: if the data has none, it is split off first,
     * before the limit, like the validation part but by {@code Permutation.of(examples, seed, TEST, 0)}.
     *
     * @param testFraction share of a test part that is split off, in (0, 1)
     * @throws IllegalArgumentException if an argument is out of range
     * @throws DataException as {@link #load(long, double, int)}
     */
    public final DataSplit loadWithTest(long seed, double validationFraction, double testFraction, int limit) {
        if (!(testFraction > 0 && testFraction < 1)) {
            throw new IllegalArgumentException("testFraction must be in (0, 1): testFraction=" + testFraction);
        }
        Parts parts = read();
        if (parts.test().isEmpty()) {
            parts = splitOffTest(parts.train(), parts.columns(), seed, testFraction);
        }
        return load(parts, seed, validationFraction, limit);
    }

    private Parts splitOffTest(Examples all, Optional<TableColumns> columns, long seed, double testFraction) {
        StratifiedSplit split =
                StratifiedSplit.of(all.labels(), all.classNames().size(), seed, Permutation.TEST, testFraction);
        if (split.part().length == 0) {
            throw new DataException("data must have at least two examples of a class to split a test part off: " + name
                    + " has " + all.labels().length + " examples, each of another class; choose another label column,"
                    + " or add examples");
        }
        return new Parts(all.keep(split.train()), Optional.of(all.keep(split.part())), columns);
    }

    private DataSplit load(Parts parts, long seed, double validationFraction, int limit) {
        if (!(validationFraction > 0 && validationFraction < 1)) {
            throw new IllegalArgumentException(
                    "validationFraction must be in (0, 1): validationFraction=" + validationFraction);
        }
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be at least 1, or 0 for no limit: limit=" + limit);
        }
        Examples train = parts.train();
        requireTwoClasses(train.labels(), "data must have at least two classes: " + name + " has one class; ");
        int[] rows = limited(train.labels().length, seed, limit);
        int[] labels = IntStream.of(rows).map(row -> train.labels()[row]).toArray();
        requireTwoClasses(labels, "limit must leave at least two classes: limit=" + limit + "; use a larger limit; ");
        StratifiedSplit split =
                StratifiedSplit.of(labels, train.classNames().size(), seed, Permutation.SPLIT, validationFraction);
        if (split.part().length == 0) {
            throw new DataException("data must have at least two examples of a class to split a validation part off: "
                    + name + " has " + labels.length + " examples, each of another class; "
                    + (labels.length < train.labels().length
                            ? "use a larger limit: limit=" + limit
                            : "choose another label column, or add examples"));
        }
        return new DataSplit(
                train.select(pick(rows, split.train())),
                train.select(pick(rows, split.part())),
                parts.test().map(Examples::all),
                parts.columns());
    }

    /** Reads the source; labels are in range and features finite. */
    abstract Parts read();

    /** The specification. */
    public final String name() {
        return name;
    }

    /** Content, origin and split, in one line. */
    public abstract String description();

    @Override
    public final String toString() {
        return name;
    }

    private static int[] limited(int examples, long seed, int limit) {
        if (limit == 0 || limit >= examples) {
            return IntStream.range(0, examples).toArray();
        }
        return IntStream.of(Permutation.of(examples, seed, Permutation.LIMIT, 0))
                .limit(limit)
                .toArray();
    }

    private static int[] pick(int[] rows, int[] positions) {
        return IntStream.of(positions).map(position -> rows[position]).toArray();
    }

    private static void requireTwoClasses(int[] labels, String message) {
        if (IntStream.of(labels).distinct().limit(2).count() < 2) {
            throw new DataException(message + "a classifier has nothing to learn from " + labels.length
                    + " examples with the same label");
        }
    }

    /**
     * A stratified split into a training part and another part, as {@link DataSource#load} defines it.
     *
     * @param train positions of the training part, in the order of the permutation
     * @param part positions of the other part, likewise; empty if no class has two examples
     */
    record StratifiedSplit(int[] train, int[] part) {
        static StratifiedSplit of(int[] labels, int classes, long seed, int purpose, double fraction) {
            int[] wanted = new int[classes];
            for (int label : labels) {
                wanted[label]++;
            }
            for (int label = 0; label < classes; label++) {
                int examples = wanted[label];
                int share = (int) Math.floor(examples * fraction + 0.5);
                wanted[label] = Math.min(Math.max(share, 1), Math.max(examples - 1, 0));
            }
            int[] part = new int[Arrays.stream(wanted).sum()];
            int[] train = new int[labels.length - part.length];
            int trained = 0;
            int parted = 0;
            for (int position : Permutation.of(labels.length, seed, purpose, 0)) {
                if (wanted[labels[position]]-- > 0) {
                    part[parted++] = position;
                } else {
                    train[trained++] = position;
                }
            }
            return new StratifiedSplit(train, part);
        }
    }
}
