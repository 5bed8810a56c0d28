package org.pernodedrop.app.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.pernodedrop.kernels.ConnectionShape;

/** Named lists of shapes. */
public enum Suite {
    /** The layers of the paper's networks. */
    PAPER("128x2304x256", "128x784x256"),
    /** Layers as wide as those of large networks. */
    WIDE("128x4096x4096", "1024x4096x4096"),
    /** The wide part of a transformer's block: 512 positions share a mask. */
    SEQUENCE("32x512x1024x4096"),
    /** Samples, inputs, outputs and positions, each over three decades with the others fixed. */
    GROWTH(growth());

    private static final int FACTOR = 4;
    private static final int POINTS = 6;

    private final List<ConnectionShape> shapes;

    Suite(String... shapes) {
        this(Stream.of(shapes).map(ShapeText::parse).toList());
    }

    Suite(List<ConnectionShape> shapes) {
        this.shapes = shapes;
    }

    /** The shapes, each once. */
    public List<ConnectionShape> shapes() {
        return shapes;
    }

    private static List<ConnectionShape> growth() {
        List<ConnectionShape> shapes = new ArrayList<>();
        int size = 8;
        int positions = 1;
        for (int point = 0; point < POINTS; point++) {
            shapes.add(ConnectionShape.of(size, 512, 512));
            shapes.add(ConnectionShape.of(128, size, 512));
            shapes.add(ConnectionShape.of(128, 512, size));
            shapes.add(new ConnectionShape(16, positions, 256, 512));
            size *= FACTOR;
            positions *= FACTOR;
        }
        return shapes.stream().distinct().toList();
    }

    /** The name on the command line: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
