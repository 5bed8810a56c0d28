package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A line of results; {@code record} says of what. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "record")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunRow.class, name = "run"),
    @JsonSubTypes.Type(value = LayerRow.class, name = "layer"),
    @JsonSubTypes.Type(value = TrainingRow.class, name = "training"),
})
public sealed interface ResultRow permits RunRow, LayerRow, TrainingRow {
    /** The run that the line belongs to. */
    String run();
}
