package org.pernodedrop.app.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.io.RegularFile;

/**
 * Results as JSON objects, one a line. The file appears, whole, on {@link #commit}: until then lines go to a
 * temporary file beside it, which is opened at once, so that an unwritable place is found before anything is timed.
 */
public final class ResultFile implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder(JsonText.factory())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private static final Map<String, Class<? extends ResultRow>> TYPES =
            Map.of("run", RunRow.class, "layer", LayerRow.class, "training", TrainingRow.class);

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
     * @throws IOException if it cannot be read, or a line is none of results, with its number and field
     */
    public static List<ResultRow> read(Path file) throws IOException {
        RegularFile.require(file);
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new IOException("not a file of results that bench wrote: " + file + " is no text in UTF-8", e);
        }
        List<ResultRow> rows = new ArrayList<>();
        for (int number = 1; number <= lines.size(); number++) {
            try {
                rows.add(row(lines.get(number - 1)));
            } catch (JsonProcessingException e) {
                throw refusal(file, number, problem(e), e);
            } catch (IllegalArgumentException e) {
                throw refusal(file, number, e.getMessage(), e);
            }
        }
        return rows;
    }

    private static ResultRow row(String line) throws JsonProcessingException {
        JsonNode object = JSON.readTree(line);
        JsonNode record = object.get("record");
        Class<? extends ResultRow> type = TYPES.get(record == null ? "" : record.asText());
        if (type == null) {
            throw new IllegalArgumentException(
                    "it must be an object whose field record is one of run, layer, training: record="
                            + MessageText.shown(record));
        }
        ResultFields.check(object, type);
        return JSON.treeToValue(object, ResultRow.class);
    }

    // What a record's constructor refused says it better than what stands around it.
    private static String problem(JsonProcessingException failure) {
        return failure.getCause() instanceof IllegalArgumentException cause
                ? cause.getMessage()
                : failure.getOriginalMessage();
    }

    private static IOException refusal(Path file, int line, String problem, Exception cause) {
        return new IOException(
                MessageText.cut("not a line of results that bench wrote: " + file + ":" + line + ": " + problem),
                cause);
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
