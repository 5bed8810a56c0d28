package org.pernodedrop.strategy;

import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/**
 * Gaussian noise drawn at the outputs: with {@code v = x^2 w^2} (squares element by element) and one normal for each sample
 * and output,
 *
 * <pre>
 *   z  = x w + sqrt(v) e + bias             e = sigma n, n the defined normal of input 0
 *   dx = dz w' + 2 x (dv w^2')              dv = dz e / (2 sqrt(v))
 *   dw = x' dz + 2 w (x^2' dv)
 * </pre>
 *
 * <p>A sum of independent normals is normal, so z is distributed exactly as with a mask on every connection, at the cost of
 * two products forward and four backward, and the gradients vary less from sample to sample. No mask of connections exists
 * that gives this z.
 *
 * <p>Source: Kingma, Salimans and Welling, "Variational Dropout and the Local Reparameterization Trick", arXiv
 * 1506.02557, section 2.2.
 */
final class ReparameterizedProduct extends ProductStrategy {
    private final LayerMask mask;
    private DeviceFloats xSquared;
    private DeviceFloats wSquared;
    private DeviceFloats variance;
    private DeviceFloats varianceGradient;
    private DeviceFloats xTerm;
    private DeviceFloats wTerm;

    ReparameterizedProduct(Backend backend, LayerMask mask) {
        super(backend);
        this.mask = mask;
    }

    @Override
    public Optional<Strategy> strategy() {
        return Optional.of(Strategy.REPARAMETERIZED);
    }

    @Override
    public void reserve(ConnectionShape shape, Workspace workspace) {
        xSquared = workspace.allocate(shape.inputSize());
        wSquared = workspace.allocate(shape.weightSize());
        variance = workspace.allocate(shape.outputSize());
        varianceGradient = workspace.allocate(shape.outputSize());
        xTerm = workspace.allocate(shape.inputSize());
        wTerm = workspace.allocate(shape.weightSize());
    }

    @Override
    public void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        backend.vectors().multiply(shape.inputSize(), pass.x(), pass.x(), xSquared);
        backend.vectors().multiply(shape.weightSize(), pass.w(), pass.w(), wSquared);
        multiply(shape, pass.x(), pass.w(), pass.z());
        multiply(shape, xSquared, wSquared, variance);
        backend.masks().reparameterize(mask, firstSample, shape.samples(), shape.outputs(), variance, pass.z());
        activate(shape, pass);
    }

    @Override
    public void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        biasGradient(shape, pass);
        backend.masks()
                .reparameterizeBackward(
                        mask, firstSample, shape.samples(), shape.outputs(), variance, pass.dz(), varianceGradient);
        weightGradient(shape, pass.x(), pass.dz(), pass.dw());
        weightGradient(shape, xSquared, varianceGradient, wTerm);
        backend.vectors().multiplyAdd(shape.weightSize(), 2, pass.w(), wTerm, pass.dw());
        inputGradient(shape, pass.dz(), pass.w(), pass.dx());
        if (pass.dx() != null) {
            inputGradient(shape, varianceGradient, wSquared, xTerm);
            backend.vectors().multiplyAdd(shape.inputSize(), 2, pass.x(), xTerm, pass.dx());
        }
    }
}
