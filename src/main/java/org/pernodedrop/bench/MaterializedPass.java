package org.pernodedrop.bench;

import java.util.Arrays;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;

/**
 * The same layer with the mask in memory, {@code [B, I, U]}, as one would write it without the fused operations: the
 * whole mask is drawn in the forward pass and kept; for every sample the weights are multiplied by its mask, and the
 * product is the backend's.
 *
 * <p>The seam has no element-wise product, so those are loops on the host, on one thread: a sample's mask goes there and
 * its masked weights come back, which on the CPU are copies of {@code I U} floats within the cache.
 */
final class MaterializedPass implements LayerPass {
    private final Backend backend;
    private final LayerBuffers buffers;
    private final LayerMask mask;
    private final int samples;
    private final int inputs;
    private final int outputs;
    private final DeviceFloats multipliers;
    private final DeviceFloats masked;
    private final float[] hostX;
    private final float[] hostW;
    private final float[] hostDz;
    private final float[] hostMultipliers;
    private final float[] hostMasked;
    private final float[] hostDw;

    MaterializedPass(LayerBuffers buffers, LayerMask mask) {
        this.backend = buffers.backend;
        this.buffers = buffers;
        this.mask = mask;
        this.samples = buffers.shape.samples();
        this.inputs = buffers.shape.inputs();
        this.outputs = buffers.shape.outputs();
        int connections = inputs * outputs;
        this.multipliers = buffers.allocate(Materialization.floats(buffers.shape));
        this.masked = buffers.allocate(connections);
        this.hostX = backend.download(buffers.x);
        this.hostW = backend.download(buffers.w);
        this.hostDz = new float[samples * outputs];
        this.hostMultipliers = new float[connections];
        this.hostMasked = new float[connections];
        this.hostDw = new float[connections];
    }

    @Override
    public Kind kind() {
        return Kind.MATERIALIZED;
    }

    @Override
    public long maskBytes() {
        return multipliers.length() * Float.BYTES;
    }

    @Override
    public void forward() {
        backend.exportMask(mask, 0, samples, inputs, outputs, multipliers);
        for (int b = 0; b < samples; b++) {
            maskWeights(b);
            backend.matrixProduct(
                    false,
                    false,
                    1,
                    outputs,
                    inputs,
                    1,
                    row(buffers.x, b, inputs),
                    masked,
                    0,
                    row(buffers.z, b, outputs));
        }
        backend.biasActivation(Activation.RELU, samples, outputs, buffers.bias, buffers.z, buffers.y);
    }

    @Override
    public void backward() {
        buffers.activationAndBiasBackward();
        backend.download(buffers.dz, hostDz, 0);
        Arrays.fill(hostDw, 0);
        for (int b = 0; b < samples; b++) {
            maskWeights(b);
            backend.matrixProduct(
                    false,
                    true,
                    1,
                    inputs,
                    outputs,
                    1,
                    row(buffers.dz, b, outputs),
                    masked,
                    0,
                    row(buffers.dx, b, inputs));
            addWeightGradient(b);
        }
        backend.upload(hostDw, 0, buffers.dw);
    }

    /** {@code masked[i, u] = w[i, u] m[b, i, u]}; leaves the sample's multipliers on the host. */
    private void maskWeights(int b) {
        backend.download(row(multipliers, b, hostMultipliers.length), hostMultipliers, 0);
        for (int j = 0; j < hostMasked.length; j++) {
            hostMasked[j] = hostW[j] * hostMultipliers[j];
        }
        backend.upload(hostMasked, 0, masked);
    }

    /** {@code dw[i, u] += x[b, i] dz[b, u] m[b, i, u]}, with the multipliers on the host. */
    private void addWeightGradient(int b) {
        for (int i = 0; i < inputs; i++) {
            addWeightGradientRow(hostX[b * inputs + i], b * outputs, i * outputs);
        }
    }

    private void addWeightGradientRow(float input, int fromDz, int fromDw) {
        for (int u = 0; u < outputs; u++) {
            hostDw[fromDw + u] += input * hostDz[fromDz + u] * hostMultipliers[fromDw + u];
        }
    }

    private static DeviceFloats row(DeviceFloats matrix, int row, int width) {
        return matrix.slice((long) row * width, width);
    }
}
