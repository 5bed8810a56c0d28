package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

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

    /** Nothing moves: the elements lie in that order already. */
    static final class Pass implements LayerPass {
        @Override
        public void reserve(int samples, Workspace workspace) {}

        @Override
        public DeviceFloats forward(Batch batch, DeviceFloats x) {
            return x;
        }

        @Override
        public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
            return dy;
        }
    }
}
