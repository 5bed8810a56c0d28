package org.pernodedrop.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.pernodedrop.io.JsonText;

/**
 * Reads the fields of a JSON object, which may be written by hand: each is requested once, by type; fields that are
 * missing, of another type or unknown are refused with their place in the text.
 */
final class JsonFields {
    private static final JsonMapper JSON = JsonText.strictMapper();

    private final String where;
    private final JsonNode node;
    private final Set<String> asked = new LinkedHashSet<>();

    private JsonFields(String where, JsonNode node) {
        this.where = where;
        this.node = node;
    }

    /** Parses a text that holds one object; messages call the text {@code what}. */
    static JsonFields parse(String what, String text) throws ModelFileException {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    what + " must be JSON: " + ModelFileException.quoted(e.getOriginalMessage()), e);
        }
        return of(what, root);
    }

    private static JsonFields of(String where, JsonNode node) throws ModelFileException {
        if (!node.isObject()) {
            throw new ModelFileException(where + " must be an object, in braces");
        }
        return new JsonFields(where, node);
    }

    private JsonNode take(String name, String kind) throws ModelFileException {
        asked.add(name);
        JsonNode value = node.get(name);
        if (value == null) {
            throw refusal(name, "is missing; it must be " + kind);
        }
        return value;
    }

    private JsonNode take(String name, String kind, Predicate<JsonNode> holds) throws ModelFileException {
        JsonNode value = take(name, kind);
        if (!holds.test(value)) {
            throw refusal(name, "must be " + kind + ": " + ModelFileException.quoted(value));
        }
        return value;
    }

    ModelFileException refusal(String name, String rule) {
        return new ModelFileException(where + ": " + name + " " + rule);
    }

    int integer(String name) throws ModelFileException {
        return integer(name, take(name, "a whole number"));
    }

    private int integer(String name, JsonNode value) throws ModelFileException {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw refusal(name, "must be a whole number below 2^31: " + ModelFileException.quoted(value));
        }
        return value.intValue();
    }

    long integer64(String name) throws ModelFileException {
        JsonNode value = take(name, "a whole number");
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw refusal(name, "must be a whole number of at most 64 bits: " + ModelFileException.quoted(value));
        }
        return value.longValue();
    }

    double number(String name) throws ModelFileException {
        return take(name, "a number", JsonNode::isNumber).doubleValue();
    }

    boolean flag(String name) throws ModelFileException {
        return take(name, "true or false", JsonNode::isBoolean).booleanValue();
    }

    String text(String name) throws ModelFileException {
        return take(name, "a text", JsonNode::isTextual).textValue();
    }

    /** A value of an enum, by its name in files. */
    <E extends Enum<E>> E oneOf(String name, Class<E> type) throws ModelFileException {
        String text = text(name);
        for (E value : type.getEnumConstants()) {
            if (value.toString().equals(text)) {
                return value;
            }
        }
        throw refusal(
                name,
                "must be one of " + Arrays.toString(type.getEnumConstants()) + ": " + ModelFileException.quoted(text));
    }

    List<Integer> integers(String name) throws ModelFileException {
        List<Integer> values = new ArrayList<>();
        for (JsonNode each : array(name)) {
            values.add(integer(name, each));
        }
        return values;
    }

    JsonFields object(String name) throws ModelFileException {
        return of(where + "." + name, take(name, "an object"));
    }

    List<JsonFields> objects(String name) throws ModelFileException {
        List<JsonFields> objects = new ArrayList<>();
        for (JsonNode each : array(name)) {
            objects.add(of(where + "." + name + "[" + objects.size() + "]", each));
        }
        return objects;
    }

    private JsonNode array(String name) throws ModelFileException {
        return take(name, "an array", JsonNode::isArray);
    }

    /** Refuses fields that were not requested: they are misspelled, or of a later version. */
    void done() throws ModelFileException {
        for (String name : (Iterable<String>) node::fieldNames) {
            if (!asked.contains(name)) {
                throw new ModelFileException(
                        where + " has an unknown field: " + ModelFileException.quoted(name) + "; known are " + asked);
            }
        }
    }
}
