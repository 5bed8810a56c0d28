package org.pernodedrop.djl;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.HostKernels;
import org.pernodedrop.mask.Mask;

/**
 * The products of one gradient collector, by which gradients cross what DJL's autograd cannot see: each result is a leaf of
 * PyTorch's graph. From the last to the first, a leaf's gradient goes through our kernel, and what comes out goes on from the
 * product's operands into the part of the graph before it. Operands and results are held until the collector is closed, as
 * any later target may lead back to them.
 */
final class Tape implements AutoCloseable {
    private final NDManager manager;
    private final List<Product> products = new ArrayList<>();

    Tape(NDManager manager) {
        this.manager = manager;
    }

    private record Product(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            PtNDArray x,
            PtNDArray w,
            PtNDArray bias,
            PtNDArray leaf) {}

    /** {@code x (w m) + bias} with a place in the graph, of x's manager. */
    synchronized NDArray product(
            Mask mask, int firstSample, ConnectionShape shape, PtNDArray x, PtNDArray w, PtNDArray bias) {
        PtNDArray leaf = (PtNDArray) x.getManager()
                .create(x.getShape().slice(0, x.getShape().dimension() - 1).add(shape.outputs()));
        forward(mask, firstSample, shape, x, w, bias, leaf);
        leaf.setRequiresGradient(true);
        // Views, so that neither closing the caller's arrays nor leaving a scope takes away what the way back needs.
        PtNDArray heldX = x.reshape(x.getShape());
        NDArray given = leaf.reshape(leaf.getShape());
        heldX.attach(manager);
        leaf.attach(manager);
        NDScope.unregister(heldX, leaf);
        products.add(new Product(mask, firstSample, shape, heldX, w, bias, leaf));
        return given;
    }

    private void forward(
            Mask mask, int firstSample, ConnectionShape shape, PtNDArray x, PtNDArray w, PtNDArray bias, PtNDArray z) {
        try (HostArrays host = new HostArrays(manager)) {
            HostKernels.shared()
                    .forward(
                            new MaskDraw<>(mask, firstSample, shape, null),
                            new ForwardPass<>(
                                    Activation.LINEAR,
                                    host.matrix(x, shape.inputs()),
                                    host.matrix(w, shape.outputs()),
                                    bias == null ? null : host.matrix(bias, shape.outputs()),
                                    host.matrix(z, shape.outputs()),
                                    null));
        }
    }

    /** Adds the target's gradients to those of all that it was made of. */
    synchronized void backward(NDArray target) {
        PtNDArray end = (PtNDArray) target;
        try (NDArray ones = end.onesLike()) {
            // The graph is kept: a part of it is met again where an operand has several uses. It goes with its arrays.
            JniUtils.backward(end, (PtNDArray) ones, true, false);
        }
        for (int k = products.size() - 1; k >= 0; k--) {
            backward(products.get(k));
        }
    }

    private void backward(Product product) {
        try (NDManager scratch = manager.newSubManager();
                HostArrays host = new HostArrays(manager)) {
            PtNDArray dz = product.leaf().getGradient();
            scratch.attachAll(dz);
            // So it is for products of an earlier target: their gradients have gone on.
            if (dz.countNonzero().getLong() == 0) {
                return;
            }
            Gradient dx =
                    new Gradient(product.x(), scratch, host, product.shape().inputs());
            Gradient dw =
                    new Gradient(product.w(), scratch, host, product.shape().outputs());
            Gradient db =
                    new Gradient(product.bias(), scratch, host, product.shape().outputs());
            HostKernels.shared()
                    .backward(
                            new MaskDraw<>(product.mask(), product.firstSample(), product.shape(), null),
                            new BackwardPass<>(
                                    host.matrix(product.x(), product.shape().inputs()),
                                    host.matrix(product.w(), product.shape().outputs()),
                                    host.matrix(dz, product.shape().outputs()),
                                    dx.matrix,
                                    dw.matrix,
                                    db.matrix));
            JniUtils.zeroGrad(product.leaf());
            dx.goOn();
            dw.goOn();
            db.goOn();
        }
    }

    /** A gradient to be computed, or none where its array wants none. */
    private static final class Gradient {
        private final PtNDArray of;
        private final PtNDArray values;
        final HostMatrix matrix;

        Gradient(PtNDArray of, NDManager manager, HostArrays host, int columns) {
            this.of = of;
            boolean wanted = of != null && wantsGradient(of);
            values = wanted ? (PtNDArray) manager.create(of.getShape()) : null;
            matrix = wanted ? host.matrix(values, columns) : null;
        }

        // DJL tells it of leaves only. What was computed from one refuses to give its gradient up, and stays as it is.
        private static boolean wantsGradient(PtNDArray array) {
            if (array.hasGradient()) {
                return true;
            }
            try {
                JniUtils.attachGradient(array, false);
                return false;
            } catch (EngineException noLeaf) {
                return true;
            }
        }

        void goOn() {
            if (values != null) {
                JniUtils.backward(of, values, true, false);
            }
        }
    }

    @Override
    public synchronized void close() {
        products.clear();
        manager.close();
    }
}
