package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.pernodedrop.io.MessageText;

/**
 * Holds an object of JSON to the record that it is to become: every component must be there, by its type, but for those
 * that may be null. Numbers must be finite.
 */
final class ResultFields {
    private ResultFields() {}

    /**
     * Refuses an object that is not such a record.
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
