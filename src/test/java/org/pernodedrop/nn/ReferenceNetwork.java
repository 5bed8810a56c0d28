package org.pernodedrop.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.strategy.Strategy;

/** A network in double precision: plain loops over explicit masks. */
final class ReferenceNetwork {
    final Map<String, double[]> parameters = new LinkedHashMap<>();
    final Map<String, double[]> statistics = new LinkedHashMap<>();
    private final NetworkSpec spec;
    private final int samples;
    private final Mode mode;
    private final double[][] masks;

    /** With the parameters that a network has now, and the masks it will draw in its next pass. */
    ReferenceNetwork(Network network, int samples, Mode mode) {
        this.spec = network.spec();
        this.samples = samples;
        this.mode = mode;
        Backend backend = network.backend();
        for (Parameter parameter : network.parameters()) {
            parameters.put(parameter.name(), Numbers.doubles(backend.memory().download(parameter.values())));
        }
        for (Statistic statistic : network.statistics()) {
            statistics.put(statistic.name(), Numbers.doubles(backend.memory().download(statistic.values())));
        }
        masks = new double[spec.layers().size()][];
        int step = (int) network.state().step();
        for (int layer = 0; layer < masks.length; layer++) {
            masks[layer] = mask(layer, step, network.firstSample(), mode);
        }
    }

    // m[b, i, u] of a layer in full, whatever its granularity; null for none.
    private double[] mask(int number, int step, int first, Mode mode) {
        Layer layer = spec.layers().get(number);
        Optional<MaskSpec> drawn = layer.drawnMask();
        if (drawn.isEmpty() || (mode == Mode.INFERENCE && !drawn.get().fixed())) {
            return null;
        }
        Mask mask = Mask.of(drawn.get(), spec.seed(), number, step);
        boolean elementwise = layer instanceof Dropout || layer instanceof GaussianDropout;
        Shape ofInput = spec.inputShape(number);
        int inputs = elementwise ? 1 : Dense.inputs(ofInput);
        int outputs = elementwise ? spec.outputShape(number).size() : Dense.inputs(spec.outputShape(number));
        if (layer instanceof PerNodeDropConv2D convolution) {
            Windows windows = convolution.convolution().windows();
            inputs = windows.height() * windows.width() * Dense.inputs(ofInput);
        }
        double[] values = new double[samples * inputs * outputs];
        int k = 0;
        for (int b = 0; b < samples; b++) {
            int sample = layer instanceof DropConnectDense ? 0 : first + b;
            for (int i = 0; i < inputs; i++) {
                for (int u = 0; u < outputs; u++) {
                    int input = drawn.get().granularity() == Granularity.NODE ? 0 : i;
                    values[k++] = mask.value(sample, input, u);
                }
            }
        }
        return values;
    }

    double[] forward(double[] x) {
        double[] y = x;
        for (int number = 0; number < masks.length; number++) {
            y = layer(number, y);
        }
        return y;
    }

    private double[] layer(int number, double[] x) {
        Layer layer = spec.layers().get(number);
        if (layer instanceof ActivationLayer activation) {
            return activate(activation.activation(), x);
        }
        if (layer instanceof Dense dense) {
            return dense(number, dense, x);
        }
        if (layer instanceof PerNodeDropDense perNodeDrop) {
            return dense(number, perNodeDrop.dense(), x);
        }
        if (layer instanceof DropConnectDense dropConnect) {
            return dense(number, dropConnect.dense(), x);
        }
        if (layer instanceof Conv2D || layer instanceof PerNodeDropConv2D) {
            return new ReferenceImages(spec, number, samples).convolution(x, parameters, masks[number]);
        }
        if (layer instanceof Pooling2D) {
            return new ReferenceImages(spec, number, samples).pooling(x);
        }
        if (layer instanceof BatchNormalization normalization) {
            return normalized(number, normalization, x);
        }
        double[] y = x.clone();
        for (int k = 0; masks[number] != null && k < y.length; k++) {
            y[k] *= masks[number][k];
        }
        return y;
    }

    private double[] dense(int number, Dense dense, double[] x) {
        int positions = Dense.positions(spec.inputShape(number));
        int inputs = Dense.inputs(spec.inputShape(number));
        int outputs = dense.units();
        double[] w = parameters.get(number + ".weight");
        double[] bias = parameters.get(number + ".bias");
        double[] mask = masks[number];
        boolean atOutputs = spec.layers().get(number) instanceof PerNodeDropDense layer
                && layer.strategy() == Strategy.REPARAMETERIZED
                && mask != null;
        int rows = samples * positions;
        double[] z = new double[rows * outputs];
        for (int row = 0; row < rows; row++) {
            int ofSample = row / positions * inputs;
            for (int u = 0; u < outputs; u++) {
                double sum = bias == null ? 0 : bias[u];
                double squares = 0;
                for (int i = 0; i < inputs; i++) {
                    double m = mask == null || atOutputs ? 1 : mask[(ofSample + i) * outputs + u];
                    double product = x[row * inputs + i] * w[i * outputs + u] * m;
                    sum += product;
                    squares += product * product;
                }
                double noise = atOutputs ? mask[ofSample * outputs + u] - 1 : 0;
                z[row * outputs + u] = sum + Math.sqrt(squares) * noise;
            }
        }
        return activate(dense.activation(), z);
    }

    private double[] normalized(int number, BatchNormalization layer, double[] x) {
        int channels = Dense.inputs(spec.inputShape(number));
        int rows = x.length / channels;
        double[] scale = parameters.get(number + ".scale");
        double[] shift = parameters.get(number + ".shift");
        double[] y = new double[x.length];
        for (int c = 0; c < channels; c++) {
            double mean = statistics.get(number + ".mean")[c];
            double variance = statistics.get(number + ".variance")[c];
            if (mode == Mode.TRAINING) {
                mean = 0;
                variance = 0;
                for (int row = 0; row < rows; row++) {
                    mean += x[row * channels + c] / rows;
                }
                for (int row = 0; row < rows; row++) {
                    variance += Math.pow(x[row * channels + c] - mean, 2) / rows;
                }
            }
            for (int row = 0; row < rows; row++) {
                int k = row * channels + c;
                y[k] = scale[c] * (x[k] - mean) / Math.sqrt(variance + layer.epsilon()) + shift[c];
            }
        }
        return y;
    }

    static double[] activate(Activation activation, double[] z) {
        double[] y = new double[z.length];
        for (int k = 0; k < z.length; k++) {
            double v = z[k];
            y[k] = switch (activation) {
                case LINEAR -> v;
                case RELU -> v > 0 ? v : 0;
                case LEAKY_RELU -> v > 0 ? v : 0.01 * v;
                case TANH -> Math.tanh(v);
                case SIGMOID -> 1 / (1 + Math.exp(-v));
                case GELU -> v / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
            };
        }
        return y;
    }

    /** Mean cross-entropy of the outputs against labels. */
    double crossEntropy(double[] x, int[] labels) {
        double[] y = forward(x);
        int classes = y.length / samples;
        double loss = 0;
        for (int b = 0; b < samples; b++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(y[b * classes + c]);
            }
            loss += Math.log(sum) - y[b * classes + labels[b]];
        }
        return loss / samples;
    }

    /** Mean squared error of the outputs against targets. */
    double squaredError(double[] x, double[] targets) {
        double[] y = forward(x);
        double loss = 0;
        for (int k = 0; k < y.length; k++) {
            loss += (y[k] - targets[k]) * (y[k] - targets[k]);
        }
        return loss / y.length;
    }

    /** {@code l2/2 sum w^2} over the weights that have a penalty. */
    double penalty() {
        double penalty = 0;
        for (int number = 0; number < spec.layers().size(); number++) {
            for (ParameterSpec wanted : spec.parameters(number)) {
                for (double w : parameters.get(number + "." + wanted.name())) {
                    penalty += wanted.l2() / 2 * w * w;
                }
            }
        }
        return penalty;
    }
}
