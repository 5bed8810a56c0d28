package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;

/**
 * An activation on its own, {@code y = act(x)}, for use after layers that have none. Output shaped as the input, no
 * parameters, the same in training and at inference.
 *
 * @param activation act
 */
public record ActivationLayer(Activation activation) implements Layer {
    /** Refuses null. */
    public ActivationLayer {
        Objects.requireNonNull(activation, "activation");
    }

    /** The layer of an activation. */
    public static ActivationLayer of(Activation activation) {
        return new ActivationLayer(activation);
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public String settings() {
        return activation.toString();
    }

    /** {@code y = act(x)} at work. */
    static final class Pass implements LayerPass {
        private final Backend backend;
        private final Activation activation;
        private final int width;
        private DeviceFloats x;
        private DeviceFloats y;

        Pass(Backend backend, Activation activation, int width) {
            this.backend = backend;
            this.activation = activation;
            this.width = width;
        }

        @Override
        public void reserve(int samples, Workspace workspace) {
            y = workspace.allocate((long) samples * width);
        }

        @Override
        public DeviceFloats forward(Batch batch, DeviceFloats input) {
            x = input;
            backend.vectors().biasActivation(activation, batch.samples(), width, null, x, y);
            return y;
        }

        @Override
        public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
            backend.vectors().activationBackward(activation, (long) batch.samples() * width, x, y, dy, dy);
            return dy;
        }
    }
}
