package org.pernodedrop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.data.DataException;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.InputTable;
import org.pernodedrop.data.Reading;
import org.pernodedrop.data.Reading.Header;
import org.pernodedrop.data.Standardizer;
import org.pernodedrop.data.TableColumns;
import org.pernodedrop.model.ModelFileException;

/**
 * The data that a network was trained on: how to read the same examples again, and how to scale others like them. In
 * files it is one flat JSON object: the fields of {@link Split} and {@link Scaling} are fields of that object.
 *
 * @param source specification of the data
 * @param label label column; null for the last, and for other sources than CSV files
 * @param split how the parts were drawn
 * @param checksum of all parts, standardized
 * @param trainExamples number of training examples
 * @param exampleShape sizes of an example
 * @param classNames names of the classes, by label
 * @param scaling of the features
 * @param columns of the CSV file; null for other sources, and in files that were written before columns were kept
 */
public record TrainedData(
        String source,
        String label,
        Split split,
        String checksum,
        int trainExamples,
        List<Integer> exampleShape,
        List<String> classNames,
        Scaling scaling,
        TableColumns columns) {
    /** The remedy in messages about data that is not found where it was. */
    public static final String MOVED = "; if the data of the run was moved, name its present place (--data)";

    private static final String COLUMNS = "columns";

    // Records that are written into the object itself, with the names of their fields.
    private static final Map<String, List<String>> INLINED =
            Map.of("split", List.of("validation_fraction", "limit", "seed"), "scaling", List.of("mean", "deviation"));

    /**
     * How the parts were drawn.
     *
     * @param validationFraction share of the validation part
     * @param limit largest number of training examples, 0 for all
     * @param seed of the permutations
     */
    public record Split(double validationFraction, int limit, long seed) {}

    /**
     * How features are scaled to the network's inputs: {@code (x - mean) / deviation}.
     *
     * @param mean of every feature
     * @param deviation of every feature, above 0
     */
    public record Scaling(List<Double> mean, List<Double> deviation) {
        /** Refuses means and deviations that are not finite, not positive or not equally many. */
        public Scaling {
            mean = List.copyOf(mean);
            deviation = List.copyOf(deviation);
            if (mean.size() != deviation.size()
                    || !mean.stream().allMatch(Double::isFinite)
                    || !deviation.stream().allMatch(each -> each > 0 && Double.isFinite(each))) {
                throw new IllegalArgumentException(
                        "mean and deviation must be finite, deviation above 0, and as many: mean.size=" + mean.size()
                                + ", deviation.size=" + deviation.size());
            }
        }
    }

    /** Refuses nulls, and columns that do not name every feature. */
    public TrainedData {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(split, "split");
        Objects.requireNonNull(checksum, "checksum");
        if (trainExamples < 1) {
            throw new IllegalArgumentException("trainExamples must be at least 1: trainExamples=" + trainExamples);
        }
        exampleShape = List.copyOf(exampleShape);
        classNames = List.copyOf(classNames);
        int features = scaling.mean().size();
        if (columns != null && columns.header() && columns.featureNames().size() != features) {
            throw new IllegalArgumentException("columns must name every feature: featureNames.size="
                    + columns.featureNames().size() + ", mean.size=" + features);
        }
    }

    /**
     * Describes a split.
     *
     * @param source specification; a relative path in it becomes absolute, so that it is found from every folder
     * @param split standardized
     * @param standardizer that was applied to it
     */
    public static TrainedData of(
            String source,
            String label,
            double validationFraction,
            int limit,
            long seed,
            DataSplit split,
            Standardizer standardizer) {
        return new TrainedData(
                DataSource.absolute(source),
                label,
                new Split(validationFraction, limit, seed),
                split.checksum(),
                split.train().examples(),
                Arrays.stream(split.train().exampleShape()).boxed().toList(),
                split.train().classNames(),
                new Scaling(
                        Arrays.stream(standardizer.mean()).boxed().toList(),
                        Arrays.stream(standardizer.deviation()).boxed().toList()),
                split.columns().orElse(null));
    }

    /** Number of features of an example. */
    public int features() {
        return scaling.mean().size();
    }

    /** Columns and classes that a table of inputs must fit. */
    public InputTable.Wanted wanted() {
        return new InputTable.Wanted(features(), classNames, Optional.ofNullable(columns));
    }

    /**
     * Checks that inputs are on the scale of the examples: pixels of images must be from 0 to 1.
     *
     * @param inputs {@code [rows, features]}, not standardized
     * @return a warning; empty if there is nothing to warn of
     */
    public Optional<String> doubt(float[] inputs) {
        if (!DataSource.scalesPixels(source)) {
            return Optional.empty();
        }
        for (int k = 0; k < inputs.length; k++) {
            if (inputs[k] < 0 || inputs[k] > 1) {
                return Optional.of("inputs should be pixels from 0 to 1, as those of " + source + " were when they were"
                        + " read: row=" + k / features() + ", feature=" + k % features() + ", value=" + inputs[k]
                        + "; divide pixels from 0 to 255 by 255");
            }
        }
        return Optional.empty();
    }

    /** Scales other examples to the network's inputs. */
    public Standardizer standardizer() {
        return Standardizer.of(
                scaling.mean().stream().mapToDouble(Double::doubleValue).toArray(),
                scaling.deviation().stream().mapToDouble(Double::doubleValue).toArray());
    }

    /**
     * Reads the same parts again, with a header if the file had one.
     *
     * @param elsewhere specification of the data's present place; null if it was not moved
     * @param maxUnpackedBytes as {@link Reading#maxUnpackedBytes}
     * @throws org.pernodedrop.data.DataException if the data cannot be read
     * @throws IllegalArgumentException if its content has changed
     */
    public DataSplit reload(String elsewhere, long maxUnpackedBytes) {
        String now = elsewhere == null ? source : elsewhere;
        Reading reading = reading(now).withMaxUnpackedBytes(maxUnpackedBytes);
        DataSplit parts;
        try {
            parts = DataSource.of(now, reading).load(split.seed(), split.validationFraction(), split.limit());
        } catch (DataException e) {
            throw new DataException(e.getMessage() + MOVED, e);
        }
        Standardizer fitted = parts.standardize();
        requireSame(of(now, label, split.validationFraction(), split.limit(), split.seed(), parts, fitted));
        return parts;
    }

    // Only CSV files have a label column and a header; other data is refused by its checksum.
    private Reading reading(String now) {
        if (!now.startsWith("csv:")) {
            return Reading.standard();
        }
        Header header = columns == null ? Header.AUTO : columns.header() ? Header.YES : Header.NO;
        return Reading.standard().withLabel(label).withHeader(header);
    }

    /**
     * Compares the checksums.
     *
     * @param now data that was read again
     * @throws IllegalArgumentException if they differ, naming both
     */
    public void requireSame(TrainedData now) {
        if (!checksum.equals(now.checksum)) {
            throw new IllegalArgumentException(
                    "the data is not what the run was started with: " + now.source + " now has the checksum "
                            + now.checksum + ", " + source + " had " + checksum
                            + "; bring the old files back, or start another run");
        }
    }

    /** As JSON, with names in snake case. */
    public String toJson() {
        ObjectNode nested = TrainingState.tree(this);
        ObjectNode flat = nested.objectNode();
        nested.properties().forEach(field -> {
            if (INLINED.containsKey(field.getKey())) {
                flat.setAll((ObjectNode) field.getValue());
            } else {
                flat.set(field.getKey(), field.getValue());
            }
        });
        return TrainingState.json(flat);
    }

    /**
     * Reads {@link #toJson}, and files that were written before columns were kept.
     *
     * @throws ModelFileException if the text is not valid
     */
    public static TrainedData fromJson(String text) throws ModelFileException {
        JsonNode tree = TrainingState.read(text, JsonNode.class);
        if (tree instanceof ObjectNode object) {
            object.putIfAbsent(COLUMNS, object.nullNode());
            INLINED.forEach((record, fields) -> {
                ObjectNode nested = object.objectNode();
                fields.stream().filter(object::has).forEach(name -> nested.set(name, object.remove(name)));
                object.set(record, nested);
            });
        }
        return TrainingState.read(tree, TrainedData.class);
    }
}
