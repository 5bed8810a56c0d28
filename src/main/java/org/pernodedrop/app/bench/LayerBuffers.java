package org.pernodedrop.app.bench;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * Operands and results of one ReLU layer with bias: {@code x[B, T, I]}, {@code w[I, U]}, bias and dy at random from a
 * fixed seed; z, y, dz {@code [B, T, U]}, {@code dx[B, T, I]}, {@code dw[I, U]}, {@code db[U]}.
 */
final class LayerBuffers implements AutoCloseable {
    private static final long SEED = 20_26;

    final Backend backend;
    final ConnectionShape shape;
    final DeviceFloats x;
    final DeviceFloats w;
    final DeviceFloats bias;
    final DeviceFloats z;
    final DeviceFloats y;
    final DeviceFloats dy;
    final DeviceFloats dz;
    final DeviceFloats dx;
    final DeviceFloats dw;
    final DeviceFloats db;

    private final Workspace workspace;
    private int filled;

    LayerBuffers(Backend backend, ConnectionShape shape) {
        this.backend = backend;
        this.shape = shape;
        workspace = new Workspace(backend);
        x = uniform(shape.inputSize(), 1);
        w = uniform(shape.weightSize(), (float) Math.sqrt(6.0 / ((double) shape.inputs() + shape.outputs())));
        bias = uniform(shape.outputs(), 0.1f);
        z = workspace.allocate(shape.outputSize());
        y = workspace.allocate(shape.outputSize());
        dy = uniform(shape.outputSize(), 1);
        dz = workspace.allocate(shape.outputSize());
        dx = workspace.allocate(shape.inputSize());
        dw = workspace.allocate(shape.weightSize());
        db = workspace.allocate(shape.outputs());
    }

    private DeviceFloats uniform(long length, float limit) {
        DeviceFloats buffer = workspace.allocate(length);
        backend.randomFills().uniform(SEED + filled++, 0, -limit, limit, buffer);
        return buffer;
    }

    /** {@code dz = from relu'(z)}. */
    void activationBackward(DeviceFloats from) {
        backend.vectors().activationBackward(Activation.RELU, dz.length(), z, y, from, dz);
    }

    /** {@code dz = from relu'(z)} and {@code db}. */
    void activationAndBiasBackward(DeviceFloats from) {
        activationBackward(from);
        backend.vectors().columnSums(shape.rows(), shape.outputs(), dz, db);
    }

    @Override
    public void close() {
        workspace.close();
    }
}
