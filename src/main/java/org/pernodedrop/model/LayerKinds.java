package org.pernodedrop.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.ActivationLayer;
import org.pernodedrop.nn.AveragePool2D;
import org.pernodedrop.nn.BatchNormalization;
import org.pernodedrop.nn.Conv2D;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.DropConnectDense;
import org.pernodedrop.nn.Dropout;
import org.pernodedrop.nn.Flatten;
import org.pernodedrop.nn.GaussianDropout;
import org.pernodedrop.nn.Initializer;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.MaxPool2D;
import org.pernodedrop.nn.Padding;
import org.pernodedrop.nn.PerNodeDropConv2D;
import org.pernodedrop.nn.PerNodeDropDense;
import org.pernodedrop.nn.Windows;
import org.pernodedrop.strategy.Strategy;

/** The kinds of layers that files can hold, with all settings: a layer that is read equals the one written. */
final class LayerKinds {
    static final String KIND = "kind";

    private static final List<LayerKind<?>> ALL = List.of(
            new LayerKind<>("dense", Dense.class, LayerKinds::writeDense, LayerKinds::readDense),
            new LayerKind<>(
                    "per-node-drop-dense",
                    PerNodeDropDense.class,
                    (layer, to) -> {
                        writeDense(layer.dense(), to);
                        writeMask(layer.mask(), to);
                        to.put("strategy", layer.strategy().toString());
                    },
                    from -> new PerNodeDropDense(
                            readDense(from), readMask(from), from.oneOf("strategy", Strategy.class))),
            new LayerKind<>(
                    "drop-connect-dense",
                    DropConnectDense.class,
                    (layer, to) -> {
                        writeDense(layer.dense(), to);
                        writeRate(layer.dropRate(), to);
                    },
                    from -> new DropConnectDense(readDense(from), readRate(from))),
            new LayerKind<>(
                    "dropout",
                    Dropout.class,
                    (layer, to) -> writeRate(layer.dropRate(), to),
                    from -> new Dropout(readRate(from))),
            new LayerKind<>(
                    "gaussian-dropout",
                    GaussianDropout.class,
                    (layer, to) -> writeRate(layer.dropRate(), to),
                    from -> new GaussianDropout(readRate(from))),
            new LayerKind<>(
                    "activation",
                    ActivationLayer.class,
                    (layer, to) -> to.put("activation", layer.activation().toString()),
                    from -> ActivationLayer.of(from.oneOf("activation", Activation.class))),
            new LayerKind<>("conv2d", Conv2D.class, LayerKinds::writeConvolution, LayerKinds::readConvolution),
            new LayerKind<>(
                    "per-node-drop-conv2d",
                    PerNodeDropConv2D.class,
                    (layer, to) -> {
                        writeConvolution(layer.convolution(), to);
                        writeMask(layer.mask(), to);
                        to.put("strategy", layer.strategy().toString());
                    },
                    from -> new PerNodeDropConv2D(
                            readConvolution(from), readMask(from), from.oneOf("strategy", Strategy.class))),
            new LayerKind<>(
                    "max-pool2d",
                    MaxPool2D.class,
                    (layer, to) -> writeWindows(layer.windows(), to),
                    from -> new MaxPool2D(readWindows(from))),
            new LayerKind<>(
                    "average-pool2d",
                    AveragePool2D.class,
                    (layer, to) -> writeWindows(layer.windows(), to),
                    from -> new AveragePool2D(readWindows(from))),
            new LayerKind<>("flatten", Flatten.class, (layer, to) -> {}, from -> new Flatten()),
            new LayerKind<>(
                    "batch-normalization",
                    BatchNormalization.class,
                    (layer, to) -> to.put("momentum", NetworkJson.shortest(layer.momentum()))
                            .put("epsilon", NetworkJson.shortest(layer.epsilon())),
                    from -> new BatchNormalization((float) from.number("momentum"), (float) from.number("epsilon"))));

    private LayerKinds() {}

    static void write(Layer layer, ObjectNode to) {
        ALL.stream()
                .filter(kind -> kind.type().isInstance(layer))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no file knows this kind of layer: layer=" + layer))
                .write(layer, to);
    }

    static Layer read(JsonFields from) throws ModelFileException {
        String name = from.text(KIND);
        for (LayerKind<?> kind : ALL) {
            if (kind.name().equals(name)) {
                Layer layer = kind.reader().read(from);
                from.done();
                return layer;
            }
        }
        throw from.refusal(
                KIND,
                "must be one of " + ALL.stream().map(LayerKind::name).toList() + ": "
                        + ModelFileException.quoted(name));
    }

    /** The layer classes that files can hold. */
    static List<Class<? extends Layer>> types() {
        return ALL.stream().<Class<? extends Layer>>map(LayerKind::type).toList();
    }

    private static void writeDense(Dense dense, ObjectNode to) {
        to.put("units", dense.units())
                .put("activation", dense.activation().toString())
                .put("bias", dense.bias())
                .put("initializer", dense.initializer().toString())
                .put("l2", dense.l2());
    }

    private static Dense readDense(JsonFields from) throws ModelFileException {
        return new Dense(
                from.integer("units"),
                from.oneOf("activation", Activation.class),
                from.flag("bias"),
                from.oneOf("initializer", Initializer.class),
                from.number("l2"));
    }

    private static void writeWindows(Windows windows, ObjectNode to) {
        to.put("window_height", windows.height())
                .put("window_width", windows.width())
                .put("stride_height", windows.strideHeight())
                .put("stride_width", windows.strideWidth())
                .put("padding", windows.padding().toString());
    }

    private static Windows readWindows(JsonFields from) throws ModelFileException {
        return new Windows(
                from.integer("window_height"),
                from.integer("window_width"),
                from.integer("stride_height"),
                from.integer("stride_width"),
                from.oneOf("padding", Padding.class));
    }

    private static void writeConvolution(Conv2D convolution, ObjectNode to) {
        to.put("filters", convolution.filters());
        writeWindows(convolution.windows(), to);
        to.put("activation", convolution.activation().toString())
                .put("bias", convolution.bias())
                .put("initializer", convolution.initializer().toString())
                .put("l2", convolution.l2());
    }

    private static Conv2D readConvolution(JsonFields from) throws ModelFileException {
        return new Conv2D(
                from.integer("filters"),
                readWindows(from),
                from.oneOf("activation", Activation.class),
                from.flag("bias"),
                from.oneOf("initializer", Initializer.class),
                from.number("l2"));
    }

    private static void writeMask(MaskSpec mask, ObjectNode to) {
        to.put("noise", mask.noise().toString())
                .put("granularity", mask.granularity().toString());
        writeRate(mask.rate(), to);
        to.put("fixed_mask", mask.fixed());
    }

    private static MaskSpec readMask(JsonFields from) throws ModelFileException {
        return new MaskSpec(
                from.oneOf("noise", Noise.class),
                from.oneOf("granularity", Granularity.class),
                readRate(from),
                from.flag("fixed_mask"));
    }

    // With planes and threshold, since they depend on the tolerance that the layer was made with.
    private static void writeRate(DropRate rate, ObjectNode to) {
        to.put("drop_rate", rate.requested()).put("planes", rate.planes()).put("threshold", rate.threshold());
    }

    private static DropRate readRate(JsonFields from) throws ModelFileException {
        return new DropRate(from.number("drop_rate"), from.integer("planes"), from.integer("threshold"));
    }

    /** Writes layers of a kind to JSON and reads them; its name in files is the class's in lower case, with hyphens. */
    record LayerKind<L extends Layer>(String name, Class<L> type, Writer<L> writer, Reader<L> reader) {
        /** Writes settings. */
        interface Writer<L> {
            void write(L layer, ObjectNode to);
        }

        /** Reads settings; the layer throws an {@link IllegalArgumentException} if they are out of range. */
        interface Reader<L> {
            L read(JsonFields from) throws ModelFileException;
        }

        void write(Layer layer, ObjectNode to) {
            to.put(LayerKinds.KIND, name);
            writer.write(type.cast(layer), to);
        }
    }
}
