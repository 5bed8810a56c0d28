package org.pernodedrop.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.pernodedrop.nn.Layer;

/**
 * How layers of a kind are written to and read from JSON.
 *
 * @param name the kind in files: the class's name in lower case, with hyphens
 * @param type the kind's class
 * @param writer writes all settings of a layer
 * @param reader reads them all
 */
record LayerKind<L extends Layer>(String name, Class<L> type, Writer<L> writer, Reader<L> reader) {
    /** Writes settings. */
    interface Writer<L> {
        void write(L layer, ObjectNode to);
    }

    /** Reads settings; what the layer refuses is an {@link IllegalArgumentException}. */
    interface Reader<L> {
        L read(JsonFields from) throws ModelFileException;
    }

    void write(Layer layer, ObjectNode to) {
        to.put(LayerKinds.KIND, name);
        writer.write(type.cast(layer), to);
    }
}
