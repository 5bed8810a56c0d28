package org.pernodedrop.backend;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;

/** Wrong calls of operations on images and of batch normalization. */
final class ImageRefusals extends Refusals {
    // Images of two pixels, windows of one: 2 floats an image, 2 columns, 2 outputs.
    private final WindowShape pixels = WindowShape.valid(1, 2, 1, 1, 1, 1, 1);

    ImageRefusals(Backend backend) {
        super(backend);
    }

    List<DynamicTest> wrong() {
        shapes();
        windows();
        normalizations();
        return list;
    }

    private void shapes() {
        refused("height must be at least 1: height=0", () -> WindowShape.same(0, 1, 1, 1, 1, 1, 1));
        refused("windowWidth must be at least 1: windowWidth=0", () -> WindowShape.valid(1, 1, 1, 1, 0, 1, 1));
        refused("strideHeight must be at least 1: strideHeight=0", () -> WindowShape.same(1, 1, 1, 1, 1, 0, 1));
        refused("window=3 x 1, image=2 x 2", () -> WindowShape.valid(2, 2, 1, 3, 1, 1, 1));
        refused(
                "padTop must be at least 0 and below windowHeight: padTop=2",
                () -> new WindowShape(new WindowShape.Axis(2, 2, 1, 2, 1), new WindowShape.Axis(2, 1, 1, 0, 1), 1));
        refused(
                "padLeft=-1",
                () -> new WindowShape(new WindowShape.Axis(2, 1, 1, 0, 1), new WindowShape.Axis(2, 1, 1, -1, 1), 1));
        refused(
                "take a smaller outputWidth: outputWidth=3",
                () -> new WindowShape(new WindowShape.Axis(2, 1, 1, 0, 2), new WindowShape.Axis(2, 1, 1, 0, 3), 1));
        refused("must be below 2^31", () -> WindowShape.same(1 << 12, 1 << 12, 1 << 8, 1, 1, 1, 1));
    }

    private void windows() {
        ImageWindows windows = backend.windows();
        refused("samples must be at least 1: samples=0", () -> windows.unfold(pixels, 0, four, fourMore));
        refused("x is too small: x.length=3, needed=4", () -> windows.unfold(pixels, 2, three, four));
        refused("columns is too small: columns.length=3", () -> windows.unfold(pixels, 2, four, three));
        refused("x and columns must not overlap", () -> windows.unfold(pixels, 2, four, four));
        refused(
                "must hold fewer than 2^31 elements together",
                () -> windows.unfold(WindowShape.same(1 << 10, 1 << 10, 1, 50, 50, 1, 1), 1, four, fourMore));
        refused("columns is too small", () -> windows.fold(pixels, 2, three, four));
        refused("columns and x must not overlap", () -> windows.fold(pixels, 2, whole.slice(0, 4), late()));
        refused("y is too small", () -> windows.maxPool(pixels, 2, four, three, ints));
        refused("places is too small", () -> windows.maxPool(pixels, 2, four, fourMore, oneInt));
        refused("x and y must not overlap", () -> windows.maxPool(pixels, 2, four, four, ints));
        refused("dy is too small", () -> windows.maxPoolBackward(pixels, 2, three, ints, four));
        refused("dy and dx must not overlap", () -> windows.maxPoolBackward(pixels, 2, four, ints, four));
        refused("x and y must not overlap", () -> windows.averagePool(pixels, 2, four, four));
        refused("dx is too small", () -> windows.averagePoolBackward(pixels, 2, four, three));
        refused("dy and dx must not overlap", () -> windows.averagePoolBackward(pixels, 2, four, four));
    }

    private void normalizations() {
        refused("rows must be at least 1", () -> backend.normalizations().moments(0, 1, four, fourMore, third));
        refused("mean is too small", () -> backend.normalizations().moments(1, 4, four, three, third));
        refused("mean and variance must not overlap", () -> backend.normalizations()
                .moments(1, 4, four, third, third));
        normalize("epsilon must be finite and above 0: epsilon=0.0", 0, fourMore, four);
        normalize("epsilon=Infinity", Float.POSITIVE_INFINITY, fourMore, four);
        normalize("scale is too small", 1, three, four);
        normalize("scale and y must not overlap", 1, fourMore, fourMore);
        back("dScale and dShift must not overlap", fourth, fourth, null);
        back("dScale is too small", three, fourth, null);
        back("x and dScale or dShift must not overlap", four, fourth, null);
        back("x and dx must not overlap", third, fourth, four);
        refused("share must be in [0, 1]: share=1.5", () -> backend.vectors().blend(1.5f, four, fourMore));
        refused("from.length=4, to.length=3", () -> backend.vectors().blend(0.5f, four, three));
        refused("from and to must not overlap", () -> backend.vectors().blend(0.5f, four, four));
    }

    private void normalize(String message, float epsilon, DeviceFloats scale, DeviceFloats y) {
        refused(message, () -> backend.normalizations()
                .normalize(new Normalizations.Input(1, 4, epsilon, four, third, fourth, scale), whole.slice(0, 4), y));
    }

    private void back(String message, DeviceFloats dScale, DeviceFloats dShift, DeviceFloats dx) {
        DeviceFloats dy = whole.slice(0, 4);
        refused(message, () -> backend.normalizations()
                .normalizeBackward(
                        new Normalizations.Input(1, 4, 1e-3f, four, fourMore, fourMore, fourMore),
                        dy,
                        dx,
                        dScale,
                        dShift));
    }
}
