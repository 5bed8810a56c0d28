package org.pernodedrop.nn;

import java.util.Map;

/** Layers over images by their definitions: plain loops in double precision, without any unfolding. */
final class ReferenceImages {
    private final Layer layer;
    private final int samples;
    private final int height;
    private final int width;
    private final int channels;
    private final int outputHeight;
    private final int outputWidth;
    private final int number;

    ReferenceImages(NetworkSpec spec, int number, int samples) {
        this.layer = spec.layers().get(number);
        this.number = number;
        this.samples = samples;
        Shape input = spec.inputShape(number);
        height = input.dimensions().get(0);
        width = input.dimensions().get(1);
        channels = input.dimensions().get(2);
        Shape output = spec.outputShape(number);
        outputHeight = output.dimensions().get(0);
        outputWidth = output.dimensions().get(1);
    }

    // Rows or columns of padding before the image, by the rule for SAME.
    private static int before(Padding padding, int size, int window, int stride, int outputs) {
        return padding == Padding.VALID ? 0 : Math.max((outputs - 1) * stride + window - size, 0) / 2;
    }

    private interface Element {
        void take(int r, int s, int h, int w);
    }

    private void each(Windows windows, int p, int q, Element element) {
        int top = before(windows.padding(), height, windows.height(), windows.strideHeight(), outputHeight);
        int left = before(windows.padding(), width, windows.width(), windows.strideWidth(), outputWidth);
        for (int r = 0; r < windows.height(); r++) {
            for (int s = 0; s < windows.width(); s++) {
                int h = p * windows.strideHeight() - top + r;
                int w = q * windows.strideWidth() - left + s;
                if (h >= 0 && h < height && w >= 0 && w < width) {
                    element.take(r, s, h, w);
                }
            }
        }
    }

    /** @param mask {@code [samples, I, F]}, or null for none */
    double[] convolution(double[] x, Map<String, double[]> parameters, double[] mask) {
        Conv2D convolution = layer instanceof PerNodeDropConv2D masked ? masked.convolution() : (Conv2D) layer;
        Windows windows = convolution.windows();
        int filters = convolution.filters();
        int inputs = windows.height() * windows.width() * channels;
        double[] w = parameters.get(number + ".weight");
        double[] bias = parameters.get(number + ".bias");
        double[] z = new double[samples * outputHeight * outputWidth * filters];
        for (int b = 0; b < samples; b++) {
            for (int p = 0; p < outputHeight; p++) {
                for (int q = 0; q < outputWidth; q++) {
                    for (int f = 0; f < filters; f++) {
                        double[] sum = {bias == null ? 0 : bias[f]};
                        int sample = b;
                        int filter = f;
                        each(windows, p, q, (r, s, h, column) -> {
                            for (int c = 0; c < channels; c++) {
                                int i = (r * windows.width() + s) * channels + c;
                                double m = mask == null ? 1 : mask[(sample * inputs + i) * filters + filter];
                                sum[0] += x[((sample * height + h) * width + column) * channels + c]
                                        * w[i * filters + filter]
                                        * m;
                            }
                        });
                        z[((b * outputHeight + p) * outputWidth + q) * filters + f] = sum[0];
                    }
                }
            }
        }
        return ReferenceNetwork.activate(convolution.activation(), z);
    }

    double[] pooling(double[] x) {
        Windows windows = ((Pooling2D) layer).windows();
        double[] y = new double[samples * outputHeight * outputWidth * channels];
        for (int k = 0; k < y.length; k++) {
            int c = k % channels;
            int q = k / channels % outputWidth;
            int p = k / channels / outputWidth % outputHeight;
            int b = k / channels / outputWidth / outputHeight;
            double[] found = {Double.NEGATIVE_INFINITY, 0, 0};
            each(windows, p, q, (r, s, h, w) -> {
                double value = x[((b * height + h) * width + w) * channels + c];
                found[0] = Math.max(found[0], value);
                found[1] += value;
                found[2]++;
            });
            y[k] = layer instanceof MaxPool2D ? found[0] : found[1] / found[2];
        }
        return y;
    }
}
