package org.pernodedrop.model;

import static org.pernodedrop.model.ModelFileException.quoted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.model.Safetensors.Tensor;

/**
 * The header of a {@link Safetensors} file, checked by the format's rules: tensors lie end to end and fill the file.
 *
 * @param entries in the order of the file
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
    static final String METADATA = "__metadata__";

    /** The format's limit on a header. */
    static final long MAX_BYTES = JsonText.MAX_LENGTH;

    /** Far more than any tensor has; keeps messages that show a shape short. */
    private static final int MAX_DIMENSIONS = 64;

    private static final int ALIGNMENT = 8;
    private static final List<String> FIELDS = List.of("dtype", "shape", "data_offsets");
    private static final JsonMapper JSON = JsonText.strictMapper();

    /** A tensor and its range of bytes in the data. */
    record Entry(String name, List<Long> shape, long begin, long end) {
        int length() {
            return Math.toIntExact((end - begin) / Float.BYTES);
        }
    }

    static byte[] encode(Map<String, String> metadata, Map<String, Tensor> tensors) {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = root.putObject(METADATA);
            metadata.forEach(texts::put);
        }
        long begin = 0;
        for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
            long end = begin + (long) Float.BYTES * each.getValue().values().length;
            ObjectNode node = root.putObject(each.getKey()).put("dtype", "F32");
            ArrayNode shape = node.putArray("shape");
            each.getValue().shape().forEach(shape::add);
            node.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json;
        try {
            json = JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "names and metadata must be texts that JSON can hold: " + e.getMessage(), e);
        }
        // Padding aligns the values for programs that map the file.
        byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        if (padded.length > MAX_BYTES) {
            throw new IllegalArgumentException("names and metadata must take at most " + MAX_BYTES
                    + " bytes in a safetensors file: bytes=" + padded.length + "; leave some out");
        }
        return padded;
    }

    /** Reads the header of a file of this size; leaves the channel at the first value. */
    static SafetensorsHeader read(String file, long size, ReadableByteChannel channel) throws IOException {
        Reader reader = new Reader(file);
        if (size < Long.BYTES) {
            throw reader.refusal("it has " + size + " bytes, fewer than the length of a header takes");
        }
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Safetensors.readAll(file, channel, start);
        long length = start.getLong(0);
        if (length < 2 || length > MAX_BYTES) {
            throw reader.refusal(
                    "its header's length must be in [2, " + MAX_BYTES + "]: length=" + Long.toUnsignedString(length));
        }
        if (length > size - Long.BYTES) {
            throw reader.refusal("it is cut off within its header: file bytes=" + size + ", header bytes=" + length);
        }
        byte[] json = new byte[(int) length];
        Safetensors.readAll(file, channel, ByteBuffer.wrap(json));
        return reader.parse(json, size - Long.BYTES - length);
    }

    /** Parses a header; messages name the file. */
    private record Reader(String file) {
        SafetensorsHeader parse(byte[] json, long dataBytes) throws ModelFileException {
            if (json[0] != '{') {
                throw refusal("its header does not begin with {");
            }
            JsonNode root;
            try {
                root = JSON.readTree(json);
            } catch (IOException e) {
                Object reason = e instanceof JsonProcessingException parsing ? parsing.getOriginalMessage() : e;
                throw new ModelFileException(message("its header is no JSON (" + quoted(reason) + ")"), e);
            }
            Map<String, String> metadata = new LinkedHashMap<>();
            List<Entry> entries = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : root.properties()) {
                if (field.getKey().equals(METADATA)) {
                    texts(field.getValue(), metadata);
                } else {
                    entries.add(entry(field.getKey(), field.getValue()));
                }
            }
            entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            long end = 0;
            for (Entry entry : entries) {
                if (entry.begin() != end) {
                    throw refusal("its tensors must lie end to end: tensor " + quoted(entry.name()) + " begins at "
                            + entry.begin() + ", the one before ends at " + end);
                }
                end = entry.end();
            }
            if (end != dataBytes) {
                throw refusal("its tensors must fill it: they take " + end + " bytes, it has " + dataBytes);
            }
            return new SafetensorsHeader(metadata, entries);
        }

        private void texts(JsonNode node, Map<String, String> metadata) throws ModelFileException {
            if (!node.isObject()) {
                throw refusal(METADATA + " must be an object of texts");
            }
            for (Map.Entry<String, JsonNode> text : node.properties()) {
                if (!text.getValue().isTextual()) {
                    throw refusal(METADATA + " must hold texts: " + quoted(text.getKey()) + " is none");
                }
                metadata.put(text.getKey(), text.getValue().textValue());
            }
        }

        private Entry entry(String name, JsonNode node) throws ModelFileException {
            if (!node.isObject()
                    || node.size() != FIELDS.size()
                    || !FIELDS.stream().allMatch(node::has)) {
                throw refusal("tensor " + quoted(name) + " must have the fields " + FIELDS + " and no others");
            }
            if (!node.get("dtype").isTextual() || !node.get("dtype").textValue().equals("F32")) {
                throw refusal("tensor " + quoted(name) + " must be of type F32: dtype="
                        + quoted(node.get("dtype").asText()) + "; convert it");
            }
            List<Long> shape = numbers(name, node, "shape");
            List<Long> offsets = numbers(name, node, "data_offsets");
            if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
                throw refusal(
                        "tensor " + quoted(name) + " must have two ascending data_offsets: data_offsets=" + offsets);
            }
            long size = Tensor.size(shape);
            long bytes = offsets.get(1) - offsets.get(0);
            // Compared in a way that cannot overflow.
            if (size < 0 || bytes % Float.BYTES != 0 || bytes / Float.BYTES != size || size > Integer.MAX_VALUE - 8) {
                throw refusal("tensor " + quoted(name)
                        + " must take 4 bytes a value and have fewer than 2^31 of them:" + " shape=" + shape
                        + ", data_offsets=" + offsets);
            }
            return new Entry(name, shape, offsets.get(0), offsets.get(1));
        }

        private List<Long> numbers(String name, JsonNode node, String field) throws ModelFileException {
            JsonNode array = node.get(field);
            if (array.size() > MAX_DIMENSIONS) {
                throw refusal("tensor " + quoted(name) + " must have at most " + MAX_DIMENSIONS + " numbers as " + field
                        + ": " + array.size());
            }
            List<Long> numbers = new ArrayList<>();
            boolean valid = array.isArray();
            for (int k = 0; valid && k < array.size(); k++) {
                JsonNode number = array.get(k);
                valid = number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0;
                numbers.add(number.longValue());
            }
            if (!valid) {
                throw refusal("tensor " + quoted(name) + " must have whole numbers from 0 on as " + field);
            }
            return numbers;
        }

        ModelFileException refusal(String rule) {
            return new ModelFileException(message(rule));
        }

        private String message(String rule) {
            return file + " is no valid safetensors file: " + rule;
        }
    }
}
