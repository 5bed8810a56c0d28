package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pernodedrop.app.bench.ResultRow.MayBeNull;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.io.RegularFile;

/**
 * Results as JSON objects, one per line. {@link #commit} puts the complete file in place. Until then lines go to a
 * temporary file beside it, which is opened immediately, so that an unwritable folder is found before anything is
 * timed.
 */
public final class ResultFile implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder(JsonText.factory())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private static final Map<String, Class<? extends ResultRow>> TYPES =
            Map.of("run", RunRow.class, "layer", LayerRow.class, "training", TrainingRow.class);

    private static final String MATRICES = "matrix_precision";
    private static final String SEQUENCES = "sequence_precision";

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
     * Opens a file for results; {@link #commit} replaces an existing one.
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
        JsonNode object = withOnePrecision(JSON.readTree(line));
        JsonNode record = object.get("record");
        Class<? extends ResultRow> type = TYPES.get(record == null ? "" : record.asText());
        if (type == null) {
            throw new IllegalArgumentException(
                    "it must be an object whose field record is one of run, layer, training: record="
                            + MessageText.shown(record));
        }
        Fields.check(object, type);
        return JSON.treeToValue(object, ResultRow.class);
    }

    // Runs before there was one precision for all products had one for matrices and one for sequences.
    private static JsonNode withOnePrecision(JsonNode object) {
        if (object instanceof ObjectNode run && run.has(MATRICES) && run.has(SEQUENCES)) {
            String matrices = run.remove(MATRICES).asText();
            String sequences = run.remove(SEQUENCES).asText();
            run.put("precision", matrices + (sequences.equals("bf16") ? ", sequences in bf16" : ""));
        }
        return object;
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

    /** Moves the finished file to its final name. */
    public void commit() throws IOException {
        try {
            writer.close();
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
        file.commit();
    }

    /** Deletes the temporary file if it was not committed. */
    @Override
    public void close() throws IOException {
        writer.close();
        file.close();
    }

    /**
     * Checks that a JSON object has a field of the right type for every component of a record, except for components
     * that may be null. Numbers must be finite.
     */
    private static final class Fields {
        private Fields() {}

        /**
         * Checks an object.
         *
         * @throws IllegalArgumentException naming the first field that is missing or wrong
         */
        static void check(JsonNode object, Class<?> type) {
            check(object, type, "", "");
        }

        private static void check(JsonNode object, Class<?> type, String place, String prefix) {
            for (RecordComponent component : type.getRecordComponents()) {
                Method accessor = component.getAccessor();
                JsonUnwrapped unwrapped = accessor.getAnnotation(JsonUnwrapped.class);
                if (unwrapped != null) {
                    check(object, component.getType(), place, prefix + unwrapped.prefix());
                    continue;
                }
                String name = prefix + name(component);
                JsonNode value = object.get(name);
                boolean absent = value == null || value.isNull();
                if (!absent || !accessor.isAnnotationPresent(MayBeNull.class)) {
                    check(value, component.getType(), place + name);
                }
            }
        }

        private static String name(RecordComponent component) {
            JsonProperty given = component.getAccessor().getAnnotation(JsonProperty.class);
            return given != null
                    ? given.value()
                    : PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
        }

        private static void check(JsonNode value, Class<?> type, String name) {
            if (type.isRecord()) {
                require(value != null && value.isObject(), name, "an object", value);
                check(value, type, name + ".", "");
            } else if (type == String.class) {
                require(value != null && value.isTextual(), name, "a text", value);
            } else if (type == boolean.class) {
                require(value != null && value.isBoolean(), name, "true or false", value);
            } else if (type == int.class) {
                require(isWhole(value) && value.canConvertToInt(), name, "a whole number in [0, 2^31)", value);
            } else if (type == long.class) {
                require(isWhole(value) && value.canConvertToLong(), name, "a whole number in [0, 2^63)", value);
            } else {
                require(
                        value != null && value.isNumber() && Double.isFinite(value.doubleValue()),
                        name,
                        "a finite number",
                        value);
            }
        }

        private static boolean isWhole(JsonNode value) {
            return value != null
                    && value.isIntegralNumber()
                    && value.bigIntegerValue().signum() >= 0;
        }

        private static void require(boolean holds, String name, String kind, JsonNode value) {
            if (!holds) {
                throw new IllegalArgumentException("field " + name + " must be " + kind + ": "
                        + (value == null ? "it is missing" : MessageText.quoted(value)));
            }
        }
    }
}
