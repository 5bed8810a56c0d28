package org.pernodedrop.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * What JSON that we write ourselves is read by: what is written can be read again. Jackson's own limits, 20,000,000
 * characters in a text for one, are below what a file with many columns or epochs takes.
 */
public final class JsonText {
    /** Most characters of a text or a name: those of the longest header that a safetensors file may have. */
    public static final int MAX_LENGTH = 100_000_000;

    private JsonText() {}

    /** For mappers of files of ours; how deep such may be nested stays limited. */
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
