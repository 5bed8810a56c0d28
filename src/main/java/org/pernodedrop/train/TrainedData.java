package org.pernodedrop.train;

import java.util.Arrays;
import java.util.List;
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
 * What a network was trained on: how to get the same examples again, and how to bring others to the scale of its inputs.
 *
 * @param source specification of the data
 * @param label label column; null for the last, and for other sources than CSV files
 * @param validationFraction share of the validation part
 * @param limit most training examples that were used, 0 for all
 * @param seed that the parts were split by
 * @param checksum of all parts, standardized
 * @param trainExamples examples that were trained on
 * @param exampleShape sizes of an example
 * @param classNames names of the classes, by label
 * @param mean what is subtracted from every feature
 * @param deviation what every feature is then divided by, above 0
 * @param columns of the CSV file; null for other sources, and in files that were written before columns were kept
 */
public record TrainedData(
        String source,
        String label,
        double validationFraction,
        int limit,
        long seed,
        String checksum,
        int trainExamples,
        List<Integer> exampleShape,
        List<String> classNames,
        List<Double> mean,
        List<Double> deviation,
        TableColumns columns) {
    /** What to do if the data is not where it was, behind the message that says so. */
    public static final String MOVED = "; if the data of the run is elsewhere now, say where by --data";

    private static final String COLUMNS = "columns";

    /** Refuses nulls, and means or deviations that cannot be. */
    public TrainedData {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(checksum, "checksum");
        if (trainExamples < 1) {
            throw new IllegalArgumentException("trainExamples must be at least 1: trainExamples=" + trainExamples);
        }
        exampleShape = List.copyOf(exampleShape);
        classNames = List.copyOf(classNames);
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != deviation.size()
                || !mean.stream().allMatch(Double::isFinite)
                || !deviation.stream().allMatch(each -> each > 0 && Double.isFinite(each))) {
            throw new IllegalArgumentException(
                    "mean and deviation must be finite, deviation above 0, and as many: mean.size=" + mean.size()
                            + ", deviation.size=" + deviation.size());
        }
        if (columns != null && columns.header() && columns.featureNames().size() != mean.size()) {
            throw new IllegalArgumentException("columns must name every feature: featureNames.size="
                    + columns.featureNames().size() + ", mean.size=" + mean.size());
        }
    }

    /**
     * What a split is.
     *
     * @param source specification; a path in it is kept from the root on, so that it is found from everywhere
     * @param split standardized
     * @param standardizer that did it
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
                validationFraction,
                limit,
                seed,
                split.checksum(),
                split.train().examples(),
                Arrays.stream(split.train().exampleShape()).boxed().toList(),
                split.train().classNames(),
                Arrays.stream(standardizer.mean()).boxed().toList(),
                Arrays.stream(standardizer.deviation()).boxed().toList(),
                split.columns().orElse(null));
    }

    /** What inputs must have that the network is asked about. */
    public InputTable.Wanted wanted() {
        return new InputTable.Wanted(mean.size(), classNames, Optional.ofNullable(columns));
    }

    /**
     * What makes one doubt that inputs are on the scale of the examples: pixels of images were from 0 to 1.
     *
     * @param inputs not standardized
     */
    public Optional<String> doubt(float[] inputs) {
        if (!DataSource.scalesPixels(source)) {
            return Optional.empty();
        }
        for (int k = 0; k < inputs.length; k++) {
            if (inputs[k] < 0 || inputs[k] > 1) {
                return Optional.of("inputs should be pixels from 0 to 1, as those of " + source + " were when they were"
                        + " read: row=" + k / mean.size() + ", feature=" + k % mean.size() + ", value=" + inputs[k]
                        + "; divide pixels from 0 to 255 by 255");
            }
        }
        return Optional.empty();
    }

    /** What brings other examples to the scale of the network's inputs. */
    public Standardizer standardizer() {
        return Standardizer.of(
                mean.stream().mapToDouble(Double::doubleValue).toArray(),
                deviation.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /**
     * Reads the parts again, as they were trained on: with a header if there was one.
     *
     * @param elsewhere specification of where the data is now; null if it is where it was
     * @param maxUnpackedBytes as {@link Reading#maxUnpackedBytes}
     * @throws org.pernodedrop.data.DataException if the data cannot be read
     * @throws IllegalArgumentException if it is not what it was
     */
    public DataSplit reload(String elsewhere, long maxUnpackedBytes) {
        String now = elsewhere == null ? source : elsewhere;
        Reading reading = reading(now).withMaxUnpackedBytes(maxUnpackedBytes);
        DataSplit split;
        try {
            split = DataSource.of(now, reading).load(seed, validationFraction, limit);
        } catch (DataException e) {
            throw new DataException(e.getMessage() + MOVED, e);
        }
        Standardizer fitted = split.standardize();
        requireSame(of(now, label, validationFraction, limit, seed, split, fitted));
        return split;
    }

    // Label and header are of CSV files: data of another kind is refused for what it is, not for these.
    private Reading reading(String now) {
        if (!now.startsWith("csv:")) {
            return Reading.standard();
        }
        Header header = columns == null ? Header.AUTO : columns.header() ? Header.YES : Header.NO;
        return Reading.standard().withLabel(label).withHeader(header);
    }

    /**
     * Refuses data that is not what it was.
     *
     * @param now what was read now
     * @throws IllegalArgumentException if it differs, naming both
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
        return TrainingState.json(this);
    }

    /**
     * Reads {@link #toJson}, and what was written before columns were kept.
     *
     * @throws ModelFileException if the text is nothing of the kind
     */
    public static TrainedData fromJson(String text) throws ModelFileException {
        return TrainingState.read(text, TrainedData.class, COLUMNS);
    }
}
