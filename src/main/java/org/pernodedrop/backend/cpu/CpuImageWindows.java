package org.pernodedrop.backend.cpu;

import java.util.Arrays;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.ImageWindows;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/** Windows over images. Gradients are gathered, row by row of the images, so that no two threads add to one element. */
final class CpuImageWindows extends ImageWindows {
    private final WorkerPool pool;

    CpuImageWindows(KernelRunner runner, WorkerPool pool) {
        super(runner);
        this.pool = pool;
    }

    @Override
    protected void unfoldKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats columns) {
        CpuFloats from = CpuFloats.of(x);
        CpuFloats to = CpuFloats.of(columns);
        eachRow(samples, shape.outputHeight(), (long) shape.outputWidth() * shape.windowSize(), (b, p) -> {
            int source = from.offset + b * shape.inputSize();
            int target = to.offset + (b * shape.positions() + p * shape.outputWidth()) * shape.windowSize();
            for (int q = 0; q < shape.outputWidth(); q++) {
                for (int r = 0; r < shape.windowHeight(); r++) {
                    int h = p * shape.strideHeight() - shape.padTop() + r;
                    unfoldRow(shape, from.array, source, h, q, to.array, target);
                    target += shape.windowWidth() * shape.channels();
                }
            }
        });
    }

    // One row of a window, whose part within the image lies in one piece.
    private static void unfoldRow(WindowShape shape, float[] x, int image, int h, int q, float[] columns, int target) {
        int channels = shape.channels();
        int end = target + shape.windowWidth() * channels;
        if (h < 0 || h >= shape.height()) {
            Arrays.fill(columns, target, end, 0f);
            return;
        }
        int w = q * shape.strideWidth() - shape.padLeft();
        int first = Math.max(0, -w);
        int last = Math.min(shape.windowWidth(), shape.width() - w);
        Arrays.fill(columns, target, target + first * channels, 0f);
        int source = image + (h * shape.width() + w + first) * channels;
        System.arraycopy(x, source, columns, target + first * channels, (last - first) * channels);
        Arrays.fill(columns, target + last * channels, end, 0f);
    }

    @Override
    protected void foldKernel(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x) {
        CpuFloats from = CpuFloats.of(columns);
        CpuFloats to = CpuFloats.of(x);
        int rowSize = shape.width() * shape.channels();
        long work = (long) rowSize * shape.windowHeight() * shape.windowWidth();
        eachRow(samples, shape.height(), work, (b, h) -> {
            int target = to.offset + b * shape.inputSize() + h * rowSize;
            Arrays.fill(to.array, target, target + rowSize, 0f);
            for (int p = firstWindow(h, shape); p <= lastWindow(h, shape); p++) {
                int r = h + shape.padTop() - p * shape.strideHeight();
                for (int q = 0; q < shape.outputWidth(); q++) {
                    int window = b * shape.positions() + p * shape.outputWidth() + q;
                    int source = from.offset + window * shape.windowSize() + r * shape.windowWidth() * shape.channels();
                    int w = q * shape.strideWidth() - shape.padLeft();
                    int first = Math.max(0, -w);
                    int last = Math.min(shape.windowWidth(), shape.width() - w);
                    add(
                            to.array,
                            target + (w + first) * shape.channels(),
                            from.array,
                            source + first * shape.channels(),
                            (last - first) * shape.channels());
                }
            }
        });
    }

    private static void add(float[] to, int target, float[] from, int source, int length) {
        for (int k = 0; k < length; k++) {
            to[target + k] += from[source + k];
        }
    }

    // The windows that cover a row of the image.
    private static int firstWindow(int h, WindowShape shape) {
        int least = h + shape.padTop() - shape.windowHeight() + 1;
        return least <= 0 ? 0 : (least - 1) / shape.strideHeight() + 1;
    }

    private static int lastWindow(int h, WindowShape shape) {
        return Math.min(shape.outputHeight() - 1, (h + shape.padTop()) / shape.strideHeight());
    }

    @Override
    protected void maxPoolKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y, DeviceInts places) {
        CpuFloats from = CpuFloats.of(x);
        CpuFloats to = CpuFloats.of(y);
        CpuInts found = CpuInts.of(places);
        int channels = shape.channels();
        eachRow(samples, shape.outputHeight(), (long) shape.outputWidth() * shape.windowSize(), (b, p) -> {
            int image = from.offset + b * shape.inputSize();
            int target = (b * shape.positions() + p * shape.outputWidth()) * channels;
            for (int q = 0; q < shape.outputWidth(); q++, target += channels) {
                Window window = new Window(shape, p, q);
                for (int c = 0; c < channels; c++) {
                    int place = (window.top * shape.width() + window.left) * channels + c;
                    float largest = from.array[image + place];
                    for (int h = window.top; h < window.bottom; h++) {
                        for (int w = window.left; w < window.right; w++) {
                            int other = (h * shape.width() + w) * channels + c;
                            float value = from.array[image + other];
                            // A NaN beats every number, and no second one.
                            if (value > largest || (value != value && largest == largest)) {
                                largest = value;
                                place = other;
                            }
                        }
                    }
                    to.array[to.offset + target + c] = largest;
                    found.array[found.offset + target + c] = place;
                }
            }
        });
    }

    @Override
    protected void maxPoolBackwardKernel(
            WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx) {
        CpuFloats from = CpuFloats.of(dy);
        CpuInts found = CpuInts.of(places);
        CpuFloats to = CpuFloats.of(dx);
        Chunks.run(pool, samples, shape.inputSize() + (long) shape.outputSize(), (index, first, end, worker) -> {
            for (int b = first; b < end; b++) {
                int image = to.offset + b * shape.inputSize();
                Arrays.fill(to.array, image, image + shape.inputSize(), 0f);
                int start = b * shape.outputSize();
                for (int k = start; k < start + shape.outputSize(); k++) {
                    to.array[image + found.array[found.offset + k]] += from.array[from.offset + k];
                }
            }
        });
    }

    @Override
    protected void averagePoolKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y) {
        CpuFloats from = CpuFloats.of(x);
        CpuFloats to = CpuFloats.of(y);
        int channels = shape.channels();
        eachRow(samples, shape.outputHeight(), (long) shape.outputWidth() * shape.windowSize(), (b, p) -> {
            int image = from.offset + b * shape.inputSize();
            int target = to.offset + (b * shape.positions() + p * shape.outputWidth()) * channels;
            for (int q = 0; q < shape.outputWidth(); q++, target += channels) {
                Window window = new Window(shape, p, q);
                Arrays.fill(to.array, target, target + channels, 0f);
                for (int h = window.top; h < window.bottom; h++) {
                    for (int w = window.left; w < window.right; w++) {
                        add(to.array, target, from.array, image + (h * shape.width() + w) * channels, channels);
                    }
                }
                for (int c = 0; c < channels; c++) {
                    to.array[target + c] /= window.elements();
                }
            }
        });
    }

    @Override
    protected void averagePoolBackwardKernel(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx) {
        CpuFloats from = CpuFloats.of(dy);
        CpuFloats to = CpuFloats.of(dx);
        int channels = shape.channels();
        int rowSize = shape.width() * channels;
        long work = (long) rowSize * shape.windowHeight() * shape.windowWidth();
        eachRow(samples, shape.height(), work, (b, h) -> {
            int target = to.offset + b * shape.inputSize() + h * rowSize;
            Arrays.fill(to.array, target, target + rowSize, 0f);
            for (int p = firstWindow(h, shape); p <= lastWindow(h, shape); p++) {
                for (int q = 0; q < shape.outputWidth(); q++) {
                    Window window = new Window(shape, p, q);
                    int source = from.offset + (b * shape.positions() + p * shape.outputWidth() + q) * channels;
                    for (int w = window.left; w < window.right; w++) {
                        for (int c = 0; c < channels; c++) {
                            to.array[target + w * channels + c] += from.array[source + c] / window.elements();
                        }
                    }
                }
            }
        });
    }

    /** The part of a window that lies within the image. */
    private static final class Window {
        final int top;
        final int bottom;
        final int left;
        final int right;

        Window(WindowShape shape, int p, int q) {
            int h = p * shape.strideHeight() - shape.padTop();
            int w = q * shape.strideWidth() - shape.padLeft();
            top = Math.max(0, h);
            bottom = Math.min(shape.height(), h + shape.windowHeight());
            left = Math.max(0, w);
            right = Math.min(shape.width(), w + shape.windowWidth());
        }

        float elements() {
            return (bottom - top) * (right - left);
        }
    }

    private interface RowBody {
        void run(int sample, int row);
    }

    private void eachRow(int samples, int rows, long work, RowBody body) {
        Chunks.run(pool, Math.multiplyExact(samples, rows), work, (index, first, end, worker) -> {
            for (int k = first; k < end; k++) {
                body.run(k / rows, k % rows);
            }
        });
    }
}
