package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.data.Reading;
import org.pernodedrop.data.Reading.Header;
import picocli.CommandLine.Option;

/** The options that say how files of data are read. */
final class FileOptions {
    @Option(
            names = "--header",
            paramLabel = "HEADER",
            converter = EnumOption.OfHeader.class,
            completionCandidates = EnumOption.OfHeader.class,
            defaultValue = "auto",
            description =
                    "Whether the first row of a CSV file names its columns: ${COMPLETION-CANDIDATES}. auto decides"
                            + " by what stands in it and below it, and says so unless it is obvious. Default: ${DEFAULT-VALUE}.")
    private Header header;

    @Option(
            names = "--max-unpacked",
            paramLabel = "SIZE",
            converter = OptionValues.Bytes.class,
            description = "Most bytes that a .gz file may unpack to, such as 500M or 64G. Default: 1G, or 32 times the"
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

    /** Every option that makes other data of a file, as it is in force, by its name. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("header", header);
        return settings;
    }
}
