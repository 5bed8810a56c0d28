package org.pernodedrop.dl4j;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.HostKernels;

/** In doubles by ND4J, with the same masks, one sample's after the other: slow, and exact enough for gradient checks. */
final class DoubleProduct implements MaskedProduct {
    @Override
    public void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z) {
        for (long b = 0; b < x.size(0); b++) {
            INDArray sums = x.getRow(b, true).mmul(w.mul(sample(mask, b, w)));
            z.getRow(b, true).assign(bias == null ? sums : sums.addi(bias));
        }
    }

    @Override
    public void backward(DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db) {
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
                        new MaskDraw<>(mask.values(), Math.toIntExact(b), ConnectionShape.of(1, inputs, outputs), null),
                        HostMatrix.of(values, outputs));
        return Nd4j.create(values, new long[] {inputs, outputs}, 'c').castTo(DataType.DOUBLE);
    }
}
