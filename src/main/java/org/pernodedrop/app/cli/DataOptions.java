package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Reading;
import org.pernodedrop.data.Reading.Header;
import org.pernodedrop.data.Standardizer;
import org.pernodedrop.train.TrainedData;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the data. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "SPEC",
            defaultValue = "digits",
            description = "What to learn: " + DataSource.SPECIFICATIONS + ". Default: ${DEFAULT-VALUE}.")
    private String data;

    @Option(
            names = "--label",
            paramLabel = "COL",
            converter = OptionValues.Column.class,
            description = "Label column of csv:FILE, by name or number from 0. Default: the last one.")
    private String label;

    @Mixin
    private final Files files = new Files();

    @Option(
            names = "--validation-fraction",
            paramLabel = "X",
            defaultValue = "0.2",
            description = "Share of the training examples that is kept for validation, in (0, 1). Default:"
                    + " ${DEFAULT-VALUE}.")
    double validationFraction;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "0",
            description = "Use N training examples at most, chosen at random; 0 for all. Default: ${DEFAULT-VALUE}.")
    int limit;

    void check(OptionChecks checks) {
        boolean splits = validationFraction > 0 && validationFraction < 1;
        checks.require(splits, "--validation-fraction", "must be in (0, 1)", validationFraction);
        checks.require(limit >= 0, "--limit", "must be at least 1, or 0 for no limit", limit);
    }

    /**
     * The data source that is named.
     *
     * @param notice told of every remark on it once, however often it is read
     */
    DataSource source(OptionChecks checks, Consumer<String> notice) {
        Set<String> told = ConcurrentHashMap.newKeySet();
        Reading reading = files.reading(label, line -> {
            if (told.add(line)) {
                notice.accept(line);
            }
        });
        return checks.valid("--", () -> DataSource.of(data, reading));
    }

    /** Describes the data of these options after it was split and standardized. */
    TrainedData trained(DataSource source, long seed, DataSplit split, Standardizer standardizer) {
        return TrainedData.of(source.name(), label, validationFraction, limit, seed, split, standardizer);
    }

    /** The effective value of every option by its name. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("data", data);
        settings.put("label", label);
        settings.putAll(files.settings());
        settings.put("validation_fraction", validationFraction);
        settings.put("limit", limit);
        return settings;
    }

    /** Options of reading data files. */
    static final class Files {
        @Option(
                names = "--header",
                paramLabel = "HEADER",
                defaultValue = "auto",
                description =
                        "Whether the first row of a CSV file names its columns: ${COMPLETION-CANDIDATES}. auto decides"
                                + " by what stands in it and below it, and says so unless it is obvious. Default: ${DEFAULT-VALUE}.")
        private Header header;

        @Option(
                names = "--max-unpacked",
                paramLabel = "SIZE",
                converter = OptionValues.Bytes.class,
                description =
                        "Most bytes that a .gz file may unpack to, such as 500M or 64G. Default: 1G, or 32 times the"
                                + " file's size if that is more.")
        private Long maxUnpacked;

        Reading reading(String label, Consumer<String> notice) {
            return Reading.standard()
                    .withLabel(label)
                    .withHeader(header)
                    .withMaxUnpackedBytes(maxUnpackedBytes())
                    .telling(notice);
        }

        /** As {@link Reading#maxUnpackedBytes}. */
        long maxUnpackedBytes() {
            return maxUnpacked == null ? Reading.STANDARD_LIMIT : maxUnpacked;
        }

        /** The effective value of every option that changes the data read from a file, by its name. */
        Map<String, Object> settings() {
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("header", header);
            return settings;
        }
    }
}
