package org.pernodedrop.bench;

import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

/**
 * What one ReLU layer with bias reads and writes: {@code x[B, I]}, {@code w[I, U]}, bias and dy at random from a fixed
 * seed; z, y, dz {@code [B, U]}, {@code dx[B, I]}, {@code dw[I, U]}, {@code db[U]}.
 */
final class LayerBuffers implements AutoCloseable {
    private static final long SEED = 20_26;

    final Backend backend;
    final LayerShape shape;
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

    LayerBuffers(Backend backend, LayerShape shape) {
        this.backend = backend;
        this.shape = shape;
        workspace = new Workspace(backend);
        long inputs = (long) shape.samples() * shape.inputs();
        long outputs = (long) shape.samples() * shape.outputs();
        x = uniform(inputs, 1);
        w = uniform(shape.connections(), (float) Math.sqrt(6.0 / ((double) shape.inputs() + shape.outputs())));
        bias = uniform(shape.outputs(), 0.1f);
        z = allocate(outputs);
        y = allocate(outputs);
        dy = uniform(outputs, 1);
        dz = allocate(outputs);
        dx = allocate(inputs);
        dw = allocate(shape.connections());
        db = allocate(shape.outputs());
    }

    DeviceFloats allocate(long length) {
        return workspace.allocate(length);
    }

    private DeviceFloats uniform(long length, float limit) {
        DeviceFloats buffer = allocate(length);
        backend.fillUniform(SEED + filled++, 0, -limit, limit, buffer);
        return buffer;
    }

    /** {@code dz = dy relu'(z)} and {@code db}, alike for all kinds. */
    void activationAndBiasBackward() {
        backend.activationBackward(Activation.RELU, dz.length(), z, y, dy, dz);
        backend.columnSums(shape.samples(), shape.outputs(), dz, db);
    }

    @Override
    public void close() {
        workspace.close();
    }
}
