package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows over images: unfolding and pooling, each with its gradient, by their definitions. */
public interface WindowContract extends BackendFixture {
    /** Images of one pixel, ragged ones, windows that overlap, leave gaps or reach far beyond the image. */
    static List<WindowShape> windowShapes() {
        return List.of(
                WindowShape.valid(1, 1, 1, 1, 1, 1, 1),
                WindowShape.same(1, 1, 13, 3, 3, 1, 1),
                WindowShape.valid(5, 7, 3, 3, 2, 1, 1),
                WindowShape.same(5, 7, 3, 3, 3, 1, 1),
                WindowShape.same(6, 5, 1, 5, 4, 2, 3),
                WindowShape.valid(7, 9, 33, 2, 2, 2, 2),
                WindowShape.same(4, 4, 2, 2, 3, 3, 1),
                WindowShape.valid(8, 3, 4, 1, 1, 3, 2),
                WindowShape.same(13, 3, 207, 7, 1, 1, 2));
    }

    /** What is done with each element of each window. */
    interface WindowElement {
        /**
         * @param column position among the elements of all windows of its image
         * @param output position of window and channel
         * @param at position in the image, or -1 in the padding
         */
        void take(int column, int output, int at);
    }

    private static void each(WindowShape shape, WindowElement element) {
        int column = 0;
        for (int window = 0; window < shape.positions(); window++) {
            for (int r = 0; r < shape.windowHeight(); r++) {
                for (int s = 0; s < shape.windowWidth(); s++) {
                    int h = window / shape.outputWidth() * shape.strideHeight() - shape.padTop() + r;
                    int w = window % shape.outputWidth() * shape.strideWidth() - shape.padLeft() + s;
                    boolean inside = h >= 0 && h < shape.height() && w >= 0 && w < shape.width();
                    for (int c = 0; c < shape.channels(); c++) {
                        int at = inside ? (h * shape.width() + w) * shape.channels() + c : -1;
                        element.take(column++, window * shape.channels() + c, at);
                    }
                }
            }
        }
    }

    private static int columns(WindowShape shape) {
        return shape.positions() * shape.windowSize();
    }

    @Test
    default void unfoldingCopiesAndFoldingAddsUp() {
        for (WindowShape shape : windowShapes()) {
            for (int samples : new int[] {1, 3}) {
                float[] x = Numbers.floats(1, samples * shape.inputSize());
                float[] columns = Numbers.floats(2, samples * columns(shape));
                float[] unfolded = new float[columns.length];
                float[] folded = new float[x.length];
                for (int b = 0; b < samples; b++) {
                    int image = b * shape.inputSize();
                    int first = b * columns(shape);
                    each(shape, (column, output, at) -> {
                        unfolded[first + column] = at < 0 ? 0 : x[image + at];
                        if (at >= 0) {
                            folded[image + at] += columns[first + column];
                        }
                    });
                }
                Guarded toColumns = empty(columns.length);
                backend().windows().unfold(shape, samples, on(x).buffer, toColumns.buffer);
                assertArrayEquals(unfolded, toColumns.read(), shape + ", samples=" + samples);
                Guarded toImages = empty(x.length);
                backend().windows().fold(shape, samples, on(columns).buffer, toImages.buffer);
                assertArrayEquals(folded, toImages.read(), shape + ", samples=" + samples);
            }
        }
    }

    @Test
    default void theLargestIsTheFirstOfEqualsAndGetsTheGradient() {
        for (WindowShape shape : windowShapes()) {
            int samples = 3;
            int length = samples * shape.outputSize();
            float[] x = Numbers.floats(3, samples * shape.inputSize());
            for (int k = 0; k < x.length; k++) {
                // Few values, so that many are equal.
                x[k] = Math.round(3 * x[k]);
            }
            float[] dy = Numbers.floats(4, length);
            float[] largest = new float[length];
            Arrays.fill(largest, Float.NEGATIVE_INFINITY);
            int[] expected = new int[length];
            for (int b = 0; b < samples; b++) {
                int image = b * shape.inputSize();
                int first = b * shape.outputSize();
                each(shape, (column, output, at) -> {
                    if (at >= 0 && x[image + at] > largest[first + output]) {
                        largest[first + output] = x[image + at];
                        expected[first + output] = at;
                    }
                });
            }
            float[] gradient = new float[x.length];
            for (int k = 0; k < length; k++) {
                gradient[k / shape.outputSize() * shape.inputSize() + expected[k]] += dy[k];
            }
            Guarded y = empty(length);
            DeviceInts places = on(new int[length]);
            backend().windows().maxPool(shape, samples, on(x).buffer, y.buffer, places);
            assertArrayEquals(largest, y.read(), shape.toString());
            assertArrayEquals(expected, read(places, shape.inputSize()), shape.toString());
            Guarded dx = empty(x.length);
            backend().windows().maxPoolBackward(shape, samples, on(dy).buffer, places, dx.buffer);
            assertArrayEquals(gradient, dx.read(), shape.toString());
        }
    }

    @Test
    default void aNaNIsTheLargest() {
        WindowShape shape = WindowShape.valid(2, 4, 1, 2, 2, 2, 2);
        float[] x = {5, Float.NaN, 1, 2, Float.NaN, 7, 3, Float.POSITIVE_INFINITY};
        Guarded y = empty(2);
        DeviceInts places = on(new int[2]);
        backend().windows().maxPool(shape, 1, on(x).buffer, y.buffer, places);
        assertTrue(Float.isNaN(y.read()[0]));
        assertEquals(Float.POSITIVE_INFINITY, y.read()[1]);
        assertArrayEquals(new int[] {1, 7}, read(places, 8));
    }

    @Test
    default void meansLeavePaddingOut() {
        for (WindowShape shape : windowShapes()) {
            int samples = 3;
            int length = samples * shape.outputSize();
            float[] x = Numbers.floats(5, samples * shape.inputSize());
            float[] dy = Numbers.floats(6, length);
            float[] means = new float[length];
            float[] gradient = new float[x.length];
            int[] elements = new int[shape.outputSize()];
            each(shape, (column, output, at) -> elements[output] += at < 0 ? 0 : 1);
            for (int b = 0; b < samples; b++) {
                int image = b * shape.inputSize();
                int first = b * shape.outputSize();
                each(shape, (column, output, at) -> {
                    if (at >= 0) {
                        means[first + output] += x[image + at];
                        gradient[image + at] += dy[first + output] / elements[output];
                    }
                });
            }
            for (int k = 0; k < length; k++) {
                means[k] /= elements[k % shape.outputSize()];
            }
            Guarded y = empty(length);
            backend().windows().averagePool(shape, samples, on(x).buffer, y.buffer);
            assertArrayEquals(means, y.read(), shape.toString());
            Guarded dx = empty(x.length);
            backend().windows().averagePoolBackward(shape, samples, on(dy).buffer, dx.buffer);
            assertArrayEquals(gradient, dx.read(), shape.toString());
        }
    }
}
