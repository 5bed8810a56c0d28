package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.backend.Workspace;

/**
 * The largest element of each window and channel of images {@code [H, W, C]}; padding never is. The gradient goes to that
 * element, the first in row-major order of equals. No parameters, the same in training and at inference.
 *
 * <pre>{@code MaxPool2D.of(2)   new MaxPool2D(new Windows(3, 3, 2, 2, Padding.SAME))}</pre>
 *
 * @param windows size, stride and padding
 */
public record MaxPool2D(Windows windows) implements Pooling2D {
    /** Refuses null. */
    public MaxPool2D {
        Objects.requireNonNull(windows, "windows");
    }

    /** Square windows side by side, without padding. */
    public static MaxPool2D of(int size) {
        return new MaxPool2D(new Windows(size, size, size, size, Padding.VALID));
    }

    /** Pooling at work. */
    static final class Pass implements LayerPass {
        private final Backend backend;
        private final WindowShape windows;
        private final boolean largest;
        private DeviceFloats y;
        private DeviceInts places;

        /**
         * A pooling layer's pass.
         *
         * @param largest whether the largest element is taken, not the mean
         */
        Pass(Backend backend, WindowShape windows, boolean largest) {
            this.backend = backend;
            this.windows = windows;
            this.largest = largest;
        }

        @Override
        public void reserve(int samples, Workspace workspace) {
            y = workspace.allocate((long) samples * windows.outputSize());
            places = largest ? workspace.allocateInts(samples * windows.outputSize()) : null;
        }

        @Override
        public DeviceFloats forward(Batch batch, DeviceFloats x) {
            if (largest) {
                backend.windows().maxPool(windows, batch.samples(), x, y, places);
            } else {
                backend.windows().averagePool(windows, batch.samples(), x, y);
            }
            return y;
        }

        @Override
        public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
            if (room == null) {
                return null;
            }
            if (largest) {
                backend.windows().maxPoolBackward(windows, batch.samples(), dy, places, room);
            } else {
                backend.windows().averagePoolBackward(windows, batch.samples(), dy, room);
            }
            return room;
        }
    }
}
