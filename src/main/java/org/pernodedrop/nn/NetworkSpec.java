package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.pernodedrop.mask.MaskSpec;

/**
 * An immutable description of a network: what it computes, what it minimises and how it learns, but no numbers of its
 * parameters. {@link Network#builder} reads better than the constructor.
 *
 * <p>Layers are numbered from 0 in this order; that number is the layer of its mask and the start of its parameters'
 * names.
 *
 * @param input shape of a sample
 * @param seed initial parameters and all masks follow from it
 * @param layers from input to output, at least one with parameters
 * @param loss what is minimised
 * @param optimizer how parameters follow their gradients
 */
public record NetworkSpec(Shape input, long seed, List<Layer> layers, Loss loss, Optimizer optimizer) {
    /**
     * Checks that the layers fit together and the loss fits the last.
     *
     * @throws IllegalArgumentException if they do not, naming the layer
     */
    public NetworkSpec {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(loss, "loss");
        Objects.requireNonNull(optimizer, "optimizer");
        layers = List.copyOf(layers);
        List<Shape> shapes = shapes(input, layers);
        boolean trainable = false;
        for (int number = 0; number < layers.size(); number++) {
            trainable |= !layers.get(number).parameters(shapes.get(number)).isEmpty();
        }
        if (!trainable) {
            throw new IllegalArgumentException(
                    "a network needs at least one layer with parameters, such as Dense: layers=" + layers);
        }
        Shape output = shapes.get(layers.size());
        if (loss == Loss.SOFTMAX_CROSS_ENTROPY && (output.rank() != 1 || output.size() < 2)) {
            throw new IllegalArgumentException(
                    loss + " needs one output for each of at least 2 classes: output shape=" + output);
        }
    }

    private static List<Shape> shapes(Shape input, List<Layer> layers) {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(input);
        for (int number = 0; number < layers.size(); number++) {
            Layer layer = layers.get(number);
            try {
                shapes.add(layer.outputShape(shapes.get(number)));
                layer.parameters(shapes.get(number));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "layer " + number + " (" + layer.kind() + ") does not fit: " + e.getMessage(), e);
            }
        }
        return shapes;
    }

    /** Shape of the input of a layer. */
    public Shape inputShape(int layer) {
        Objects.checkIndex(layer, layers.size());
        return shapes(input, layers).get(layer);
    }

    /** Shape of the output of a layer. */
    public Shape outputShape(int layer) {
        Objects.checkIndex(layer, layers.size());
        return shapes(input, layers).get(layer + 1);
    }

    /** Shape of the network's output. */
    public Shape outputShape() {
        return outputShape(layers.size() - 1);
    }

    /** The parameters of a layer. */
    public List<ParameterSpec> parameters(int layer) {
        return layers.get(layer).parameters(inputShape(layer));
    }

    /** The statistics of a layer. */
    public List<ParameterSpec> statistics(int layer) {
        return layers.get(layer).statistics(inputShape(layer));
    }

    /** Number of trained values of a layer. */
    public long parameterCount(int layer) {
        return parameters(layer).stream()
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
    }

    /** Number of trained values. */
    public long parameterCount() {
        long count = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            count += parameterCount(layer);
        }
        return count;
    }

    /**
     * Whether a training step needs at least two samples: where batch normalization has one value a channel of each, as
     * behind dense layers, a single one is its own mean, and nothing is left of it.
     */
    public boolean needsSeveralSamples() {
        for (int layer = 0; layer < layers.size(); layer++) {
            if (layers.get(layer) instanceof BatchNormalization
                    && BatchNormalization.positions(inputShape(layer)) == 1) {
                return true;
            }
        }
        return false;
    }

    /** The network as a table in plain text, a line for every layer. */
    public String summary() {
        return Summary.of(this);
    }

    /** A network as a table in plain text. */
    private static final class Summary {
        private static final List<String> HEADINGS = List.of("#", "layer", "settings", "mask", "output", "parameters");

        private Summary() {}

        static String of(NetworkSpec spec) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(HEADINGS);
            rows.add(List.of("", "input", "", "", spec.input().toString(), ""));
            for (int number = 0; number < spec.layers().size(); number++) {
                Layer layer = spec.layers().get(number);
                rows.add(List.of(
                        Integer.toString(number),
                        layer.kind(),
                        layer.settings(),
                        layer.drawnMask()
                                .map(mask -> describe(mask, layer.masksBatch()))
                                .orElse(""),
                        spec.outputShape(number).toString(),
                        grouped(spec.parameterCount(number))));
            }
            rows.add(List.of("", "total", "", "", "", grouped(spec.parameterCount())));
            return table(rows)
                    + String.format(
                            Locale.ROOT,
                            "loss %s; optimizer %s; seed %d%n",
                            spec.loss(),
                            spec.optimizer(),
                            spec.seed());
        }

        private static String describe(MaskSpec mask, boolean batch) {
            if (mask.isIdentity()) {
                return "none: drop rate 0";
            }
            String extent = mask.fixed() ? ", fixed" : batch ? ", one a batch" : "";
            double requested = mask.rate().requested();
            double effective = mask.effectiveDropRate();
            String drawn = effective == requested ? "" : String.format(Locale.ROOT, " (drawn %.4f)", effective);
            return mask.noise() + " " + requested + drawn + " per " + mask.granularity() + extent;
        }

        private static String grouped(long count) {
            return String.format(Locale.ROOT, "%,d", count);
        }

        // Columns two spaces apart, the last flush right.
        private static String table(List<List<String>> rows) {
            int columns = HEADINGS.size();
            int[] widths = new int[columns];
            for (List<String> row : rows) {
                for (int column = 0; column < columns; column++) {
                    widths[column] = Math.max(widths[column], row.get(column).length());
                }
            }
            StringBuilder text = new StringBuilder();
            for (List<String> row : rows) {
                StringBuilder line = new StringBuilder();
                for (int column = 0; column < columns; column++) {
                    String cell = row.get(column);
                    String padding = " ".repeat(widths[column] - cell.length());
                    line.append(column == columns - 1 ? padding + cell : cell + padding + "  ");
                }
                text.append(line.toString().stripTrailing()).append(System.lineSeparator());
            }
            return text.toString();
        }
    }
}
