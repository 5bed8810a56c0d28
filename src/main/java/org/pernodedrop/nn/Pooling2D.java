package org.pernodedrop.nn;

/** What the layers that pool the windows of an image share: output {@code [H', W', C]}, no parameters. */
public sealed interface Pooling2D extends Layer permits MaxPool2D, AveragePool2D {
    /** Size, stride and padding. */
    Windows windows();

    @Override
    default Shape outputShape(Shape input) {
        var shape = windows().on(input);
        return Shape.of(shape.outputHeight(), shape.outputWidth(), shape.channels());
    }

    @Override
    default String settings() {
        return windows().toString();
    }
}
