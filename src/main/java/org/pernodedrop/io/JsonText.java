package org.pernodedrop.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Limits for reading this library's own JSON files. Jackson's default of 20,000,000 characters per text is too low for
 * files of many columns or epochs.
 */
public final class JsonText {
    /** Largest number of characters of a text or a name: the size limit of a safetensors header. */
    public static final int MAX_LENGTH = 100_000_000;

    private JsonText() {}

    /** A mapper with these limits that refuses duplicate fields and text behind the value. */
    public static JsonMapper strictMapper() {
        return JsonMapper.builder(factory())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** A factory with these limits; nesting depth and length of numbers keep Jackson's limits. */
    public static JsonFactory factory() {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxStringLength(MAX_LENGTH)
                .maxNameLength(MAX_LENGTH)
                .maxNumberLength(StreamReadConstraints.DEFAULT_MAX_NUM_LEN)
                .maxNestingDepth(StreamReadConstraints.DEFAULT_MAX_DEPTH)
                .maxDocumentLength(-1)
                .build();
        return JsonFactory.builder().streamReadConstraints(constraints).build();
    }
}
