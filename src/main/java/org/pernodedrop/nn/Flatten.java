package org.pernodedrop.nn;

/** All elements of a sample in one dimension, in row-major order: {@code [H, W, C]} becomes {@code [H W C]}. */
public record Flatten() implements Layer {
    @Override
    public Shape outputShape(Shape input) {
        return Shape.of(input.size());
    }

    @Override
    public String settings() {
        return "";
    }
}
