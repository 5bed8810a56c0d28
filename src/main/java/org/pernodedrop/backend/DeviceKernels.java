package org.pernodedrop.backend;

/** What a device implements: the operations of {@link Backend}, by their names, with arguments that are right. */
abstract class DeviceKernels {
    protected abstract Recording recordKernel(Runnable operations);

    protected abstract BatchFeed newBatchFeedKernel(int features, int labels);

    protected abstract DeviceFloats allocateKernel(long length);

    protected abstract DeviceInts allocateIntsKernel(long length);

    protected abstract void uploadKernel(float[] from, int offset, DeviceFloats to);

    protected abstract void uploadKernel(int[] from, int offset, DeviceInts to);

    protected abstract void downloadKernel(DeviceFloats from, float[] to, int offset);

    protected abstract void fillKernel(DeviceFloats x, float value);

    protected abstract void copyKernel(DeviceFloats from, DeviceFloats to);

    protected abstract void copyKernel(DeviceInts from, DeviceInts to);

    protected abstract void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y);

    protected abstract void fillUniformKernel(long seed, long first, float low, float high, DeviceFloats x);

    protected abstract void fillNormalKernel(long seed, long first, float mean, float deviation, DeviceFloats x);

    protected abstract void matrixProductKernel(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            DeviceFloats a,
            DeviceFloats b,
            float beta,
            DeviceFloats c);

    protected abstract void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y);

    protected abstract void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz);

    protected abstract void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums);

    /** The mask is not the identity. */
    protected abstract void connectionForwardKernel(
            LayerMask mask,
            int firstSample,
            Activation activation,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y);

    /** The mask is not the identity. */
    protected abstract void connectionBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw);

    protected abstract void nodeMaskKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to);

    protected abstract void weightMaskKernel(
            LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to);

    protected abstract void exportMaskKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to);

    protected abstract void softmaxCrossEntropyKernel(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals);

    protected abstract void meanSquaredErrorKernel(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals);

    protected abstract void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v);

    protected abstract void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v);

    protected abstract void advanceKernel(StepState state);

    protected abstract void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to);

    protected abstract void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to);
}
