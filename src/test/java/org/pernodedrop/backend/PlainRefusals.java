package org.pernodedrop.backend;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.MaskDraw;

/** Wrong calls of operations without masks, and of all operations with closed buffers. */
final class PlainRefusals extends Refusals {
    PlainRefusals(Backend backend) {
        super(backend);
    }

    List<DynamicTest> wrong() {
        memory();
        vectors();
        elementwise();
        dense();
        batchedProducts();
        losses();
        optimizers();
        batches();
        states();
        return list;
    }

    private void memory() {
        refused("length must be at least 1: length=0", () -> backend.memory().allocate(0));
        refused("length must be at least 1: length=-3", () -> backend.memory().allocateInts(-3));
        refused("from must not be null", () -> backend.memory().upload((float[]) null, 0, four));
        refused("to must not be null", () -> backend.memory().upload(new float[4], 0, null));
        refused("from.length=5, offset=2, needed=4", () -> backend.memory().upload(new float[5], 2, four));
        refused("from.length=5, offset=-1, needed=4", () -> backend.memory().upload(new float[5], -1, four));
        refused("from.length=5, offset=2, needed=4", () -> backend.memory().upload(new int[5], 2, ints));
        refused("to.length=4, offset=1, needed=4", () -> backend.memory().download(four, new float[4], 1));
        refused("from must not be null", () -> backend.memory().download(null));
        refused("offset=2, length=3, buffer length=4", () -> four.slice(2, 3));
        refused("offset=-1, length=1, buffer length=4", () -> ints.slice(-1, 1));
        refused("offset=0, length=-1, buffer length=4", () -> four.slice(0, -1));
    }

    private void vectors() {
        RandomFills randomFills = backend.randomFills();
        refused("x must not be null", () -> backend.vectors().fill(null, 1));
        refused("from.length=4, to.length=3", () -> backend.vectors().copy(four, three));
        refused("from and to must not overlap", () -> backend.vectors().copy(four, four));
        refused("from.length=4, to.length=1", () -> backend.vectors().copy(ints, oneInt));
        refused("from and to must not overlap", () -> backend.vectors().copy(ints.slice(0, 2), ints.slice(1, 2)));
        refused("x.length=4, y.length=3", () -> backend.vectors().axpy(1, four, three));
        refused("x and y must not overlap", () -> backend.vectors().axpy(1, whole.slice(0, 4), late()));
        refused("first must be at least 0", () -> randomFills.uniform(1, -1, 0, 1, four));
        refused("at most 2^50: first=1125899906842621", () -> randomFills.uniform(1, (1L << 50) - 3, 0, 1, four));
        refused("low must be below high", () -> randomFills.uniform(1, 0, 1, 1, four));
        refused("low must be below high", () -> randomFills.uniform(1, 0, Float.NaN, 1, four));
        refused("low=-Infinity", () -> randomFills.uniform(1, 0, Float.NEGATIVE_INFINITY, 1, four));
        refused("first must be at least 0", () -> randomFills.normal(1, -1, 0, 1, four));
        refused("deviation=0.0", () -> randomFills.normal(1, 0, 0, 0, four));
        refused("mean=NaN", () -> randomFills.normal(1, 0, Float.NaN, 1, four));
    }

    private void elementwise() {
        Vectors vectors = backend.vectors();
        refused("length must be at least 1", () -> vectors.multiply(0, four, fourMore, third));
        refused("a is too small", () -> vectors.multiply(4, three, fourMore, third));
        refused("b is too small", () -> vectors.multiply(4, four, three, third));
        refused("to is too small", () -> vectors.multiply(4, four, fourMore, three));
        refused("a and to must be the same", () -> vectors.multiply(4, whole.slice(0, 4), fourMore, late()));
        refused("b and to must be the same", () -> vectors.multiply(4, fourMore, whole.slice(0, 4), late()));

        refused("length must be at least 1", () -> vectors.multiplyAdd(0, 1, four, fourMore, third));
        refused("a is too small", () -> vectors.multiplyAdd(4, 1, three, fourMore, third));
        refused("b is too small", () -> vectors.multiplyAdd(4, 1, four, three, third));
        refused("to is too small", () -> vectors.multiplyAdd(4, 1, four, fourMore, three));
        refused("a and to must not overlap", () -> vectors.multiplyAdd(4, 1, four, fourMore, four));
        refused("b and to must not overlap", () -> vectors.multiplyAdd(4, 1, four, fourMore, fourMore));

        refused("rows must be at least 1", () -> vectors.multiplyRows(0, 2, four, fourMore, third));
        refused("width must be at least 1", () -> vectors.multiplyRows(2, 0, four, fourMore, third));
        refused("row is too small", () -> vectors.multiplyRows(1, 4, four, three, third));
        refused("a is too small", () -> vectors.multiplyRows(2, 2, three, fourMore, third));
        refused("to is too small", () -> vectors.multiplyRows(2, 2, four, fourMore, three));
        refused("needed=9223372036854775807", () -> vectors.multiplyRows(Long.MAX_VALUE, 4, four, fourMore, third));
        refused("a and to must be the same", () -> vectors.multiplyRows(2, 2, whole.slice(0, 4), four, late()));
        refused("row and to must not overlap", () -> vectors.multiplyRows(2, 2, four, fourMore, fourMore));
    }

    private void batchedProducts() {
        batched("batch must be at least 1", 0, 1, 2, 2, four, fourMore, third);
        batched("m must be at least 1", 2, 0, 2, 1, four, fourMore, third);
        batched("n must be at least 1", 2, 1, 0, 2, four, fourMore, third);
        batched("k must be at least 1", 2, 1, 2, 0, four, fourMore, third);
        batched("a is too small: a.length=3, needed=4", 2, 2, 1, 1, three, fourMore, third);
        batched("b is too small: b.length=3, needed=4", 2, 1, 2, 1, four, three, third);
        batched("c is too small: c.length=3, needed=4", 2, 1, 2, 1, four, fourMore, three);
        int most = Integer.MAX_VALUE;
        batched("needed=9223372036854775807", most, most, most, most, four, fourMore, third);
        batched("a and c must not overlap", 2, 2, 1, 1, four, fourMore, four);
        batched("b and c must not overlap", 2, 1, 2, 1, four, fourMore, fourMore);
    }

    private void batched(
            String message, int batch, int m, int n, int k, DeviceFloats a, DeviceFloats b, DeviceFloats c) {
        refused(message, () -> backend.matrices().batchedProduct(false, false, batch, m, n, k, a, b, c));
    }

    private void product(String message, int m, int n, int k, DeviceFloats a, DeviceFloats b, DeviceFloats c) {
        refused(message, () -> backend.matrices().product(false, false, m, n, k, 1, a, b, 0, c));
    }

    private void dense() {
        product("m must be at least 1: m=0", 0, 2, 2, four, fourMore, third);
        product("n must be at least 1: n=-1", 2, -1, 2, four, fourMore, third);
        product("k must be at least 1: k=0", 2, 2, 0, four, fourMore, third);
        product("a is too small: a.length=3, needed=4", 2, 2, 2, three, fourMore, third);
        product("b is too small: b.length=3, needed=4", 2, 2, 2, four, three, third);
        product("c is too small: c.length=3, needed=4", 2, 2, 2, four, fourMore, three);
        product("needed=4611686014132420609", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, four, fourMore, third);
        product("a and c must not overlap", 2, 2, 2, four, fourMore, four);
        product("b and c must not overlap", 2, 2, 2, four, fourMore, fourMore);

        refused("activation must not be null", () -> backend.vectors()
                .biasActivation(null, 2, 2, null, four, fourMore));
        refused("samples must be at least 1", () -> bias(Activation.RELU, 0, 2, null, four, fourMore));
        refused("outputs must be at least 1", () -> bias(Activation.RELU, 2, 0, null, four, fourMore));
        refused("z is too small", () -> bias(Activation.RELU, 2, 2, null, three, fourMore));
        refused("y is too small", () -> bias(Activation.RELU, 2, 2, null, four, three));
        refused("bias is too small", () -> bias(Activation.RELU, 1, 4, three, four, fourMore));
        refused("z and y must not overlap", () -> bias(Activation.RELU, 2, 2, null, four, four));
        refused("z and y must be the same", () -> bias(Activation.LINEAR, 2, 2, null, whole.slice(0, 4), late()));
        refused("bias and z must not overlap", () -> bias(Activation.RELU, 2, 2, four, four, fourMore));
        refused("bias and y must not overlap", () -> bias(Activation.RELU, 2, 2, fourMore, four, fourMore));

        refused("length must be at least 1", () -> backward(0, four, fourMore, third, fourth));
        refused("z is too small", () -> backward(4, three, fourMore, third, fourth));
        refused("y is too small", () -> backward(4, four, three, third, fourth));
        refused("dy is too small", () -> backward(4, four, fourMore, three, fourth));
        refused("dz is too small", () -> backward(4, four, fourMore, third, three));
        refused("z and dz must not overlap", () -> backward(4, four, fourMore, third, four));
        refused("y and dz must not overlap", () -> backward(4, four, fourMore, third, fourMore));
        refused("dy and dz must be the same", () -> backward(4, four, fourMore, whole.slice(0, 4), late()));

        refused("samples must be at least 1", () -> backend.vectors().columnSums(0, 2, four, fourMore));
        refused("x is too small", () -> backend.vectors().columnSums(3, 2, four, fourMore));
        refused("sums is too small", () -> backend.vectors().columnSums(1, 4, four, three));
        refused("x and sums must not overlap", () -> backend.vectors().columnSums(2, 2, four, four));
    }

    private void bias(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        backend.vectors().biasActivation(activation, samples, outputs, bias, z, y);
    }

    private void backward(long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        backend.vectors().activationBackward(Activation.LINEAR, length, z, y, dy, dz);
    }

    private void losses() {
        Losses losses = backend.losses();
        refused("state must not be null", () -> losses.softmaxCrossEntropy(null, 2, 2, four, ints, null, totals));
        refused("totals must not be null", () -> losses.softmaxCrossEntropy(state, 2, 2, four, ints, null, null));
        entropy("labels must not be null", 2, 2, four, null, null);
        entropy("samples must be at least 1", 0, 2, four, ints, null);
        entropy("classes must be at least 1", 2, 0, four, ints, null);
        entropy("logits is too small", 2, 2, three, ints, null);
        entropy("labels is too small", 2, 2, four, oneInt, null);
        entropy("gradient is too small", 2, 2, four, ints, three);
        entropy("must be the same", 2, 2, late(), ints, whole.slice(0, 4));

        refused("state must not be null", () -> losses.meanSquaredError(null, 2, 2, four, fourMore, null, totals));
        refused("totals must not be null", () -> losses.meanSquaredError(state, 2, 2, four, fourMore, null, null));
        square("outputs must be at least 1", 2, 0, four, fourMore, null);
        square("predictions is too small", 2, 2, three, fourMore, null);
        square("targets is too small", 2, 2, four, three, null);
        square("gradient is too small", 2, 2, four, fourMore, three);
        square("targets and gradient must not overlap", 2, 2, four, fourMore, fourMore);
        square("must be the same", 2, 2, late(), fourMore, whole.slice(0, 4));
    }

    private void entropy(
            String message, int samples, int classes, DeviceFloats logits, DeviceInts labels, DeviceFloats gradient) {
        refused(message, () -> backend.losses()
                .softmaxCrossEntropy(state, samples, classes, logits, labels, gradient, totals));
    }

    private void square(
            String message,
            int samples,
            int outputs,
            DeviceFloats values,
            DeviceFloats targets,
            DeviceFloats gradient) {
        refused(message, () -> backend.losses()
                .meanSquaredError(state, samples, outputs, values, targets, gradient, totals));
    }

    private void optimizers() {
        Optimizers optimizers = backend.optimizers();
        AdamSettings adam = new AdamSettings(0.9f, 0.999f, 1e-8f, 0);
        refused("state must not be null", () -> optimizers.sgd(null, 0, false, four, fourMore, third));
        refused("momentum=1.0", () -> optimizers.sgd(state, 1, false, four, fourMore, third));
        refused("momentum=NaN", () -> optimizers.sgd(state, Float.NaN, false, four, fourMore, third));
        refused("w.length=4, g.length=3", () -> optimizers.sgd(state, 0, false, four, three, third));
        refused("w.length=4, moment.length=3", () -> optimizers.sgd(state, 0, false, four, fourMore, three));
        refused("w and g must not overlap", () -> optimizers.sgd(state, 0, false, four, four, third));
        refused("w and moment must not overlap", () -> optimizers.sgd(state, 0, false, four, fourMore, four));
        refused("g and moment must not overlap", () -> optimizers.sgd(state, 0, false, four, fourMore, fourMore));
        refused("settings must not be null", () -> optimizers.adam(state, null, four, fourMore, third, fourth));
        refused("w.length=4, moment.length=3", () -> optimizers.adam(state, adam, four, fourMore, third, three));
        refused("m and v must not overlap", () -> optimizers.adam(state, adam, four, fourMore, third, third));
        refused("beta1=1.0", () -> new AdamSettings(1, 0.9f, 1e-8f, 0));
        refused("beta2=-0.1", () -> new AdamSettings(0.9f, -0.1f, 1e-8f, 0));
        refused("epsilon=0.0", () -> new AdamSettings(0.9f, 0.9f, 0, 0));
        refused("weightDecay=-1.0", () -> new AdamSettings(0.9f, 0.9f, 1e-8f, -1));
    }

    private void batches() {
        refused("count must be at least 1", () -> backend.vectors().gatherRows(0, 1, four, ints, fourMore));
        refused("width must be at least 1", () -> backend.vectors().gatherRows(1, 0, four, ints, fourMore));
        refused("rows is too small", () -> backend.vectors().gatherRows(2, 1, four, oneInt, fourMore));
        refused("from is too small", () -> backend.vectors().gatherRows(1, 5, four, ints, fourMore));
        refused("to is too small", () -> backend.vectors().gatherRows(4, 1, four, ints, three));
        refused("from and to must not overlap", () -> backend.vectors().gatherRows(1, 1, four, ints, four));
        refused("count must be at least 1", () -> backend.vectors().gatherLabels(0, ints, ints, ints));
        refused("to is too small", () -> backend.vectors().gatherLabels(4, ints, ints, oneInt));
        refused("from and to must not overlap", () -> backend.vectors().gatherLabels(1, ints, oneInt, ints));
        refused("rows and to must not overlap", () -> backend.vectors().gatherLabels(1, oneInt, ints, ints));
    }

    private void states() {
        refused("step must be in [0, 4294967294]: step=-1", () -> state.setStep(-1));
        refused("step=4294967295", () -> state.setStep(StepState.LAST_STEP + 1));
        refused("learningRate=-1.0", () -> state.setLearningRate(-1));
        refused("learningRate=NaN", () -> state.setLearningRate(Float.NaN));
        refused("learningRate=Infinity", () -> state.setLearningRate(Float.POSITIVE_INFINITY));
        refused("state must not be null", () -> backend.optimizers().advance(null));
    }

    List<DynamicTest> afterClose() {
        DeviceFloats gone = backend.memory().allocate(4);
        DeviceFloats part = gone.slice(0, 4);
        gone.close();
        DeviceInts goneInts = backend.memory().allocateInts(4);
        goneInts.close();
        closed("to", () -> backend.memory().upload(new float[4], 0, gone));
        closed("to", () -> backend.memory().upload(new int[4], 0, goneInts));
        closed("from", () -> backend.memory().download(gone));
        closed("x", () -> backend.vectors().fill(part, 1));
        closed("to", () -> backend.vectors().copy(four, part));
        closed("to", () -> backend.vectors().copy(ints, goneInts));
        closed("y", () -> backend.vectors().axpy(1, four, gone));
        closed("x", () -> backend.randomFills().normal(1, 0, 0, 1, gone));
        closed("a", () -> backend.matrices().product(false, false, 2, 2, 2, 1, gone, four, 0, third));
        closed("b", () -> backend.vectors().multiply(4, four, gone, third));
        closed("to", () -> backend.vectors().multiplyAdd(4, 1, four, fourMore, gone));
        closed("row", () -> backend.vectors().multiplyRows(1, 4, four, gone, third));
        closed("c", () -> backend.matrices().batchedProduct(false, false, 1, 2, 2, 2, four, fourMore, gone));
        closed("variance", () -> backend.masks().reparameterize(layer(GAUSSIAN), 0, 2, 2, gone, four));
        closed("bias", () -> backend.vectors().biasActivation(Activation.RELU, 2, 2, gone, four, third));
        closed("dz", () -> backend.vectors().activationBackward(Activation.RELU, 4, four, third, fourth, gone));
        closed("sums", () -> backend.vectors().columnSums(1, 4, four, gone));
        closed("to", () -> backend.masks().multiplyNodes(layer(NODE), 0, 2, 2, four, gone));
        closed("from", () -> backend.masks().multiplyWeights(layer(FIXED), 2, 2, gone, four));
        closed("to", () -> backend.masks().export(layer(NODE), 0, 1, 2, 2, gone));
        closed("dx", () -> backend.maskedProducts()
                .backward(
                        new MaskDraw<>(layer(CONNECTION), 0, ConnectionShape.of(2, 2, 2), null),
                        new BackwardPass<>(four, fourMore, third, gone, fourth, null)));
        closed("labels", () -> backend.losses().softmaxCrossEntropy(state, 2, 2, four, goneInts, null, totals));
        closed("targets", () -> backend.losses().meanSquaredError(state, 2, 2, four, gone, null, totals));
        closed("g", () -> backend.optimizers().sgd(state, 0, false, four, gone, third));
        closed("rows", () -> backend.vectors().gatherRows(1, 1, four, goneInts, fourMore));
        closed("from", () -> backend.vectors().gatherLabels(1, goneInts, ints, oneInt));
        return list;
    }
}
