package org.pernodedrop.djl;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
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
 * Records the masked products of one gradient collector and differentiates them, which DJL's autograd cannot. Each
 * product's result is a leaf of PyTorch's graph. From the last product to the first, the backward kernel computes the
 * gradients of the operands from the leaf's gradient, and PyTorch propagates these further back. Operands and results
 * are held until the collector is closed, since any later target may depend on them.
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

    /** Computes {@code x (w m) + bias} as an array of x's manager and of the graph. */
    synchronized NDArray product(
            Mask mask, int firstSample, ConnectionShape shape, PtNDArray x, PtNDArray w, PtNDArray bias) {
        PtNDArray leaf = (PtNDArray) x.getManager()
                .create(x.getShape().slice(0, x.getShape().dimension() - 1).add(shape.outputs()));
        forward(mask, firstSample, shape, x, w, bias, leaf);
        leaf.setRequiresGradient(true);
        // Views keep the memory for the backward pass when callers close their arrays or leave a scope.
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

    /** Adds the target's gradients to those of all arrays that it depends on. */
    synchronized void backward(NDArray target) {
        PtNDArray end = (PtNDArray) target;
        try (NDArray ones = end.onesLike()) {
            // The graph is retained, since operands may have several uses; it is freed with its arrays.
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
            // The gradients of products of an earlier target were propagated and zeroed.
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

    /** The gradient of an operand; empty if the operand does not require one. */
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

        // DJL's hasGradient is valid for leaves only. Detaching fails, without effect, for an array computed from one.
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

    /** Views of PyTorch's arrays as matrices, for the duration of a call. */
    static final class HostArrays implements AutoCloseable {
        private final NDManager views;

        HostArrays(NDManager parent) {
            views = parent.newSubManager();
        }

        /** @throws IllegalArgumentException if the array is not a FLOAT32 array of the PyTorch engine in host memory */
        static PtNDArray require(String name, NDArray array) {
            if (!(array instanceof PtNDArray tensor)) {
                throw new IllegalArgumentException(
                        "PerNodeDropBlock needs DJL's PyTorch engine; put ai.djl.pytorch:pytorch-engine on the class path and"
                                + " select it: " + name + " is a "
                                + array.getClass().getName());
            }
            if (tensor.getDevice().isGpu()) {
                throw new IllegalArgumentException(
                        "PerNodeDropBlock computes on the CPU in DJL; place the model there, by"
                                + " Model.newInstance(name, Device.cpu()) and optDevices: " + name + " is on "
                                + tensor.getDevice());
            }
            if (tensor.getDataType() != DataType.FLOAT32) {
                throw new IllegalArgumentException("PerNodeDropBlock computes in FLOAT32; convert by toType: " + name
                        + " is of " + tensor.getDataType());
            }
            return tensor;
        }

        /** The array's memory, or that of a contiguous copy, as a matrix. */
        HostMatrix matrix(NDArray array, int columns) {
            NDArray flat = array.reshape(-1);
            flat.attach(views);
            return HostMatrix.of(flat.toByteBuffer(true).asFloatBuffer(), columns);
        }

        @Override
        public void close() {
            views.close();
        }
    }
}
