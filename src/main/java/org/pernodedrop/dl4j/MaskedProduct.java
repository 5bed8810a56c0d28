package org.pernodedrop.dl4j;

import java.util.Locale;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.HostKernels;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;

/** {@code z = x (w m) + bias} and its gradients on ND4J's arrays, for one data type and one backend of ND4J. */
interface MaskedProduct {
    /** @param bias null for none */
    void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z);

    /** @param db null if there is no bias */
    void backward(DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db);

    /** The implementation for a data type; refuses types and backends of ND4J that are not supported. */
    static MaskedProduct of(DataType type) {
        return switch (type) {
            case FLOAT -> ofFloats();
            case DOUBLE -> new DoubleProduct();
            default ->
                throw new IllegalArgumentException(
                        "PerNodeDropLayer computes in FLOAT or DOUBLE; set it by dataType(DataType.FLOAT) of"
                                + " NeuralNetConfiguration.Builder: dataType=" + type);
        };
    }

    private static MaskedProduct ofFloats() {
        String backend = Nd4j.getBackend().getClass().getSimpleName();
        String name = backend.toLowerCase(Locale.ROOT);
        if (name.contains("cpu")) {
            return new KernelProduct();
        }
        // By name, since the backend's class exists only on the class path of its users.
        if (name.contains("cublas")) {
            return new CudaProduct();
        }
        throw new IllegalStateException(
                "PerNodeDropLayer needs ND4J's native or CUDA backend; put org.nd4j:nd4j-native on"
                        + " the class path instead: backend=" + backend);
    }

    static ConnectionShape shape(INDArray x, INDArray w) {
        return ConnectionShape.of(Math.toIntExact(x.size(0)), Math.toIntExact(w.size(0)), Math.toIntExact(w.size(1)));
    }

    /** The array, or a copy if the elements of a row are not contiguous; null stays null. */
    static INDArray rows(INDArray array) {
        return array == null || isByRows(array) ? array : array.dup('c');
    }

    private static boolean isByRows(INDArray array) {
        boolean gapless = array.size(1) == 1 || array.stride(1) == 1;
        return gapless && (array.size(0) == 1 || array.stride(0) >= array.size(1));
    }

    /** Number of elements from a row to the next. */
    static int leadingDimension(INDArray array) {
        return Math.toIntExact(array.size(0) == 1 ? array.size(1) : array.stride(0));
    }

    /** The mask of a layer at a step, given by its seed, layer and step. */
    record DrawnMask(MaskSpec spec, long seed, int layer, int step) {
        Mask values() {
            return Mask.of(spec, seed, layer, step);
        }
    }

    /**
     * Calls the CPU kernels on the native memory of ND4J's arrays; only arrays whose rows are not contiguous are
     * copied.
     */
    static final class KernelProduct implements MaskedProduct {
        @Override
        public void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z) {
            INDArray rowsX = MaskedProduct.rows(x);
            INDArray rowsW = MaskedProduct.rows(w);
            INDArray rowsBias = MaskedProduct.rows(bias);
            HostKernels.shared()
                    .forward(
                            new MaskDraw<>(mask.values(), 0, MaskedProduct.shape(x, w), null),
                            new ForwardPass<>(
                                    Activation.LINEAR,
                                    matrix(rowsX),
                                    matrix(rowsW),
                                    matrix(rowsBias),
                                    matrix(z),
                                    null));
        }

        @Override
        public void backward(
                DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db) {
            INDArray rowsX = MaskedProduct.rows(x);
            INDArray rowsW = MaskedProduct.rows(w);
            INDArray rowsDz = MaskedProduct.rows(dz);
            HostKernels.shared()
                    .backward(
                            new MaskDraw<>(mask.values(), 0, MaskedProduct.shape(x, w), null),
                            new BackwardPass<>(
                                    matrix(rowsX), matrix(rowsW), matrix(rowsDz), matrix(dx), matrix(dw), matrix(db)));
        }

        // A view of the array's memory, which lives as long as the array: callers hold the array until the kernel
        // returns.
        private static HostMatrix matrix(INDArray array) {
            if (array == null) {
                return null;
            }
            int leadingDimension = MaskedProduct.leadingDimension(array);
            FloatPointer memory = new FloatPointer(array.data().addressPointer());
            memory.capacity((array.size(0) - 1) * leadingDimension + array.size(1));
            return HostMatrix.of(memory.asBuffer(), leadingDimension);
        }
    }

    /**
     * Computes in doubles with ND4J and the same masks, sample by sample: slow, but precise enough for gradient checks.
     */
    static final class DoubleProduct implements MaskedProduct {
        @Override
        public void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z) {
            for (long b = 0; b < x.size(0); b++) {
                INDArray sums = x.getRow(b, true).mmul(w.mul(sample(mask, b, w)));
                z.getRow(b, true).assign(bias == null ? sums : sums.addi(bias));
            }
        }

        @Override
        public void backward(
                DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db) {
            dw.assign(0);
            for (long b = 0; b < x.size(0); b++) {
                INDArray m = sample(mask, b, w);
                INDArray row = dz.getRow(b, true);
                dx.getRow(b, true).assign(row.mmul(w.mul(m).transpose()));
                dw.addi(x.getRow(b, true).transpose().mmul(row).muli(m));
            }
            if (db != null) {
                db.assign(dz.sum(true, 0));
            }
        }

        private static INDArray sample(DrawnMask mask, long b, INDArray w) {
            int inputs = Math.toIntExact(w.size(0));
            int outputs = Math.toIntExact(w.size(1));
            float[] values = new float[Math.multiplyExact(inputs, outputs)];
            HostKernels.shared()
                    .export(
                            new MaskDraw<>(
                                    mask.values(), Math.toIntExact(b), ConnectionShape.of(1, inputs, outputs), null),
                            HostMatrix.of(values, outputs));
            return Nd4j.create(values, new long[] {inputs, outputs}, 'c').castTo(DataType.DOUBLE);
        }
    }
}
