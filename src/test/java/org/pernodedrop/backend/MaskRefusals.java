package org.pernodedrop.backend;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Wrong calls of operations with masks. */
final class MaskRefusals extends Refusals {
    private static final MaskSpec FIXED_GAUSSIAN =
            new MaskSpec(Noise.GAUSSIAN, Granularity.CONNECTION, DropRate.of(0.5), true);

    MaskRefusals(Backend backend) {
        super(backend);
    }

    List<DynamicTest> wrong() {
        masks();
        connections();
        packed();
        reparameterized();
        sequences();
        return list;
    }

    private void nodeLayers() {
        Masks masks = backend.masks();
        LayerMask mask = layer(NODE);
        Activation relu = Activation.RELU;
        refused(
                "node granularity",
                () -> masks.nodeForward(layer(CONNECTION), 0, 2, 2, relu, four, null, four, fourMore));
        refused(
                "activation must not be null",
                () -> masks.nodeForward(mask, 0, 2, 2, null, four, null, four, fourMore));
        refused("p is too small", () -> masks.nodeForward(mask, 0, 2, 2, relu, three, null, four, fourMore));
        refused("z is too small", () -> masks.nodeForward(mask, 0, 2, 2, relu, four, null, three, fourMore));
        refused("bias is too small", () -> masks.nodeForward(mask, 0, 1, 4, relu, four, three, four, fourMore));
        refused("z and y must not overlap", () -> masks.nodeForward(mask, 0, 2, 2, relu, four, null, four, four));
        refused(
                "node granularity",
                () -> masks.nodeBackward(layer(CONNECTION), 0, 2, 2, relu, four, four, fourMore, fourMore, null));
        refused("dy is too small", () -> masks.nodeBackward(mask, 0, 2, 2, relu, four, four, three, fourMore, null));
        refused(
                "z and dp must not overlap",
                () -> masks.nodeBackward(mask, 0, 2, 2, relu, four, four, fourMore, four, null));
        refused(
                "dy and db must not overlap",
                () -> masks.nodeBackward(mask, 0, 2, 2, relu, four, four, fourMore, fourMore, fourMore));
    }

    private void masks() {
        Masks masks = backend.masks();
        refused("mask must not be null", () -> masks.multiplyNodes(null, 0, 2, 2, four, fourMore));
        refused("node granularity", () -> masks.multiplyNodes(layer(CONNECTION), 0, 2, 2, four, fourMore));
        refused("firstSample=-1", () -> masks.multiplyNodes(layer(NODE), -1, 2, 2, four, fourMore));
        refused("firstSample=2147483646", () -> masks.multiplyNodes(layer(NODE), 2147483646, 2, 2, four, fourMore));
        refused("samples must be at least 1", () -> masks.multiplyNodes(layer(NODE), 0, 0, 2, four, fourMore));
        refused("from is too small", () -> masks.multiplyNodes(layer(NODE), 0, 2, 2, three, fourMore));
        refused("to is too small", () -> masks.multiplyNodes(layer(NODE), 0, 2, 2, four, three));
        refused("must be the same", () -> masks.multiplyNodes(layer(NODE), 0, 2, 2, whole.slice(0, 4), late()));

        nodeLayers();
        refused("connection granularity", () -> masks.multiplyWeights(layer(NODE), 2, 2, four, fourMore));
        refused("inputs must be at least 1", () -> masks.multiplyWeights(layer(FIXED), 0, 2, four, fourMore));
        refused("outputs must be at least 1", () -> masks.multiplyWeights(layer(FIXED), 2, 0, four, fourMore));
        refused("from is too small", () -> masks.multiplyWeights(layer(FIXED), 2, 2, three, fourMore));
        refused("to is too small", () -> masks.multiplyWeights(layer(FIXED), 2, 2, four, three));
        refused("must be the same", () -> masks.multiplyWeights(layer(FIXED), 2, 2, late(), whole.slice(0, 4)));

        refused("inputs must be at least 1", () -> masks.export(layer(NODE), 0, 1, 0, 2, four));
        refused("to is too small", () -> masks.export(layer(NODE), 0, 2, 2, 2, four));
        int most = Integer.MAX_VALUE;
        refused("to is too small", () -> masks.export(layer(NODE), 0, most, most, most, four));
    }

    private void connections() {
        forward("mask must not be null", null, 0, 2, four, fourMore, null, third, fourth);
        forward("connection granularity", NODE, 0, 2, four, fourMore, null, third, fourth);
        forward("use Matrices.product", FIXED, 0, 2, four, fourMore, null, third, fourth);
        forward("firstSample=-1", CONNECTION, -1, 2, four, fourMore, null, third, fourth);
        forward("inputs must be at least 1", CONNECTION, 0, 0, four, fourMore, null, third, fourth);
        forward("x is too small", CONNECTION, 0, 2, three, fourMore, null, third, fourth);
        forward("w is too small", CONNECTION, 0, 2, four, three, null, third, fourth);
        forward("bias is too small", CONNECTION, 0, 2, four, fourMore, three.slice(0, 1), third, fourth);
        forward("z is too small", CONNECTION, 0, 2, four, fourMore, null, three, fourth);
        forward("y is too small", CONNECTION, 0, 2, four, fourMore, null, third, three);
        forward("z and y must not overlap", CONNECTION, 0, 2, four, fourMore, null, third, third);
        forward("bias and z must not overlap", CONNECTION, 0, 2, four, fourMore, third, third, fourth);
        forward("x and z must not overlap", CONNECTION, 0, 2, four, fourMore, null, four, fourth);
        forward("w and z must not overlap", CONNECTION, 0, 2, four, fourMore, null, fourMore, fourth);
        forward("x and y must not overlap", CONNECTION, 0, 2, four, fourMore, null, third, four);
        forward("w and y must not overlap", CONNECTION, 0, 2, four, fourMore, null, third, fourMore);

        backward("connection granularity", NODE, four, fourMore, third, null, fourth);
        backward("use Matrices.product", FIXED, four, fourMore, third, null, fourth);
        backward("x is too small", CONNECTION, three, fourMore, third, null, fourth);
        backward("w is too small", CONNECTION, four, three, third, null, fourth);
        backward("dz is too small", CONNECTION, four, fourMore, three, null, fourth);
        backward("dx is too small", CONNECTION, four, fourMore, third, three, fourth);
        backward("dw is too small", CONNECTION, four, fourMore, third, null, three);
        backward("x and dw must not overlap", CONNECTION, four, fourMore, third, null, four);
        backward("w and dw must not overlap", CONNECTION, four, fourMore, third, null, fourMore);
        backward("dz and dw must not overlap", CONNECTION, four, fourMore, third, null, third);
        backward("x and dx must not overlap", CONNECTION, four, fourMore, third, four, fourth);
        backward("w and dx must not overlap", CONNECTION, four, fourMore, third, fourMore, fourth);
        backward("dz and dx must not overlap", CONNECTION, four, fourMore, third, third, fourth);
        backward("dw and dx must not overlap", CONNECTION, four, fourMore, third, fourth, fourth);
        refused("layer must be at least 0: layer=-1", () -> new LayerMask(CONNECTION, -1, state));
    }

    private void sequences() {
        MaskedProducts maskedProducts = backend.maskedProducts();
        LayerMask mask = layer(CONNECTION);
        ConnectionShape wideX = new ConnectionShape(1, 2, 3, 1);
        ConnectionShape wideZ = new ConnectionShape(1, 2, 1, 3);
        Activation linear = Activation.LINEAR;
        refused(
                "x is too small: x.length=4, needed=6",
                () -> maskedProducts.forward(
                        new MaskDraw<>(mask, 0, wideX, null),
                        new ForwardPass<>(linear, four, fourMore, null, third, third)));
        refused(
                "z is too small: z.length=4, needed=6",
                () -> maskedProducts.forward(
                        new MaskDraw<>(mask, 0, wideZ, null),
                        new ForwardPass<>(linear, four, fourMore, null, third, third)));
        refused(
                "dz is too small: dz.length=4, needed=6",
                () -> maskedProducts.backward(
                        new MaskDraw<>(mask, 0, wideZ, null),
                        new BackwardPass<>(four, fourMore, third, null, fourth, null)));
        refused(
                "dx is too small: dx.length=4, needed=6",
                () -> maskedProducts.backward(
                        new MaskDraw<>(mask, 0, wideX, null),
                        new BackwardPass<>(whole.slice(0, 6), fourMore, third, four, fourth, null)));
        refused("positions must be at least 1: positions=0", () -> new ConnectionShape(1, 0, 2, 2));
        refused("samples x positions must be below 2^31", () -> new ConnectionShape(1 << 16, 1 << 15, 1, 1));
    }

    private void packed() {
        ConnectionShape shape = ConnectionShape.of(2, 2, 2);
        DeviceInts enough =
                backend.memory().allocateInts(backend.maskedProducts().packedLength(shape));
        packed("only Bernoulli masks are bits", GAUSSIAN, shape, enough);
        packed("one position a sample only", CONNECTION, new ConnectionShape(1, 2, 2, 2), enough);
        packed(
                "packed is too small",
                CONNECTION,
                shape,
                enough.slice(0, backend.maskedProducts().packedLength(shape) - 1));
    }

    private void packed(String message, MaskSpec spec, ConnectionShape shape, DeviceInts packed) {
        refused(message, () -> backend.maskedProducts()
                .forward(
                        new MaskDraw<>(layer(spec), 0, shape, packed),
                        new ForwardPass<>(Activation.RELU, four, fourMore, null, third, fourth)));
        refused(message, () -> backend.maskedProducts()
                .backward(
                        new MaskDraw<>(layer(spec), 0, shape, packed),
                        new BackwardPass<>(four, fourMore, third, null, fourth, null)));
    }

    private void reparameterized() {
        Masks masks = backend.masks();
        String distribution = "only Gaussian noise that is drawn for every sample";
        reparameterized(distribution, CONNECTION, 0, 2, four, fourMore);
        reparameterized(distribution, FIXED_GAUSSIAN, 0, 2, four, fourMore);
        reparameterized("connection granularity", NODE, 0, 2, four, fourMore);
        reparameterized("firstSample=-1", GAUSSIAN, -1, 2, four, fourMore);
        reparameterized("outputs must be at least 1", GAUSSIAN, 0, 0, four, fourMore);
        reparameterized("variance is too small", GAUSSIAN, 0, 2, three, fourMore);
        reparameterized("variance and ", GAUSSIAN, 0, 2, four, four);
        refused("z is too small", () -> masks.reparameterize(layer(GAUSSIAN), 0, 2, 2, four, three));
        refused("dz is too small", () -> masks.reparameterizeBackward(layer(GAUSSIAN), 0, 2, 2, four, three, fourMore));
        refused(
                "dVariance is too small",
                () -> masks.reparameterizeBackward(layer(GAUSSIAN), 0, 2, 2, four, fourMore, three));
        refused(
                "dz and dVariance must be the same",
                () -> masks.reparameterizeBackward(layer(GAUSSIAN), 0, 2, 2, four, whole.slice(0, 4), late()));
    }

    private void reparameterized(
            String message, MaskSpec spec, int first, int outputs, DeviceFloats variance, DeviceFloats to) {
        refused(message, () -> backend.masks().reparameterize(layer(spec), first, 2, outputs, variance, to));
        refused(message, () -> backend.masks()
                .reparameterizeBackward(layer(spec), first, 2, outputs, variance, third, to));
    }

    private void forward(
            String message,
            MaskSpec spec,
            int first,
            int inputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        LayerMask mask = spec == null ? null : layer(spec);
        refused(message, () -> backend.maskedProducts()
                .forward(
                        new MaskDraw<>(mask, first, ConnectionShape.of(2, inputs, 2), null),
                        new ForwardPass<>(Activation.RELU, x, w, bias, z, y)));
    }

    private void backward(
            String message,
            MaskSpec spec,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw) {
        refused(message, () -> backend.maskedProducts()
                .backward(
                        new MaskDraw<>(layer(spec), 0, ConnectionShape.of(2, 2, 2), null),
                        new BackwardPass<>(x, w, dz, dx, dw, null)));
    }
}
