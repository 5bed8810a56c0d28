package org.pernodedrop.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.files.AtomicFile;
import org.pernodedrop.files.RegularFile;

/**
 * Results as JSON objects, one a line. The file appears, whole, on {@link #commit}: until then lines go to a
 * temporary file beside it, which is opened at once, so that an unwritable place is found before anything is timed.
 */
public final class ResultFile implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final AtomicFile file;
    private final BufferedWriter writer;

    private ResultFile(Path target) throws IOException {
        file = AtomicFile.create(target);
        try {
            writer = Files.newBufferedWriter(file.temporary());
        } catch (IOException e) {
            file.close();
            throw file.failure("the file cannot be opened", e);
        }
    }

    /**
     * Starts a file; one that is there is replaced on {@link #commit}.
     *
     * @throws IOException if it cannot be written
     */
    public static ResultFile create(Path target) throws IOException {
        return new ResultFile(target);
    }

    /** A row as one line of JSON, without a line break. */
    public static String line(ResultRow row) throws IOException {
        return JSON.writeValueAsString(row);
    }

    /**
     * The rows of a file.
     *
     * @throws IOException if it cannot be read, or a line is none of results, with its number
     */
    public static List<ResultRow> read(Path file) throws IOException {
        List<ResultRow> rows = new ArrayList<>();
        int number = 0;
        RegularFile.require(file);
        for (String line : Files.readAllLines(file)) {
            number++;
            try {
                rows.add(JSON.readValue(line, ResultRow.class));
            } catch (JsonProcessingException e) {
                throw new IOException(
                        "not a line of results that bench wrote: " + file + ":" + number + ": "
                                + e.getOriginalMessage(),
                        e);
            }
        }
        return rows;
    }

    /** Adds a line. */
    public void add(ResultRow row) throws IOException {
        try {
            writer.write(line(row));
            writer.write('\n');
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
    }

    /** Puts the finished file in place. */
    public void commit() throws IOException {
        try {
            writer.close();
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
        file.commit();
    }

    /** Drops what was not committed. */
    @Override
    public void close() throws IOException {
        writer.close();
        file.close();
    }
}
