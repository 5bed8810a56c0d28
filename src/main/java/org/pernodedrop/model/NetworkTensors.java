package org.pernodedrop.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.model.Safetensors.Tensor;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Parameter;
import org.pernodedrop.nn.ParameterSpec;
import org.pernodedrop.nn.Shape;

/**
 * Moves weights between the tensors of a file and the buffers of a network, and checks the former against the latter.
 */
final class NetworkTensors {
    private NetworkTensors() {}

    /** Buffers of a network's weights (parameters and statistics) by name. */
    static Map<String, DeviceFloats> weights(Network network) {
        Map<String, DeviceFloats> places = new LinkedHashMap<>();
        network.parameters().forEach(parameter -> places.put(parameter.name(), parameter.values()));
        network.statistics().forEach(statistic -> places.put(statistic.name(), statistic.values()));
        return places;
    }

    /** Slices of a buffer that is laid out like the parameters, by the parameters' names. */
    static Map<String, DeviceFloats> slices(Network network, DeviceFloats buffer) {
        Map<String, DeviceFloats> places = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            places.put(
                    parameter.name(),
                    buffer.slice(parameter.offset(), parameter.shape().size()));
        }
        return places;
    }

    /** Shapes of the weights of a described network, by name. */
    static Map<String, List<Long>> shapes(NetworkSpec network) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (int layer = 0; layer < network.layers().size(); layer++) {
            for (ParameterSpec parameter : network.parameters(layer)) {
                shapes.put(layer + "." + parameter.name(), dimensions(parameter.shape()));
            }
        }
        for (int layer = 0; layer < network.layers().size(); layer++) {
            for (ParameterSpec statistic : network.statistics(layer)) {
                shapes.put(layer + "." + statistic.name(), dimensions(statistic.shape()));
            }
        }
        return shapes;
    }

    /**
     * The network that a file describes. The tensors are checked against the description first: a few bytes can
     * describe a network that takes gigabytes to make.
     *
     * @throws ModelFileException if there is no description, it is not valid, or the tensors do not fit it
     */
    static NetworkSpec described(String file, Safetensors content) throws ModelFileException {
        String text = content.metadata().get(Weights.NETWORK);
        if (text == null) {
            throw new ModelFileException(file + " describes no network: its metadata must have the text "
                    + Weights.NETWORK + "; describe it yourself and load the weights");
        }
        NetworkSpec network;
        try {
            network = NetworkJson.read(text);
        } catch (ModelFileException e) {
            throw new ModelFileException(file + ": " + e.getMessage(), e);
        }
        check(file, "", shapes(network), content.tensors());
        return network;
    }

    /** Downloads weights; waits for the device. */
    static void read(Network network, String prefix, Map<String, DeviceFloats> places, Map<String, Tensor> into) {
        Map<String, List<Long>> shapes = shapes(network.spec());
        network.backend()
                .alone(() -> places.forEach((name, place) -> into.put(
                        prefix + name,
                        new Tensor(shapes.get(name), network.backend().memory().download(place)))));
    }

    /** Refuses to save weights that are not finite, which a diverged training leaves, naming the first. */
    static void requireFinite(Map<String, Tensor> weights) {
        weights.forEach((name, tensor) -> {
            for (float value : tensor.values()) {
                if (!Float.isFinite(value)) {
                    throw new IllegalStateException("weights must be finite to be saved: " + name + " holds " + value
                            + "; train with a smaller learning rate");
                }
            }
        });
    }

    /** Uploads weights that were checked. */
    static void write(Network network, String prefix, Map<String, Tensor> tensors, Map<String, DeviceFloats> places) {
        network.backend()
                .alone(() -> places.forEach((name, place) -> network.backend()
                        .memory()
                        .upload(tensors.get(prefix + name).values(), 0, place)));
    }

    /** Refuses weights (names with a prefix) that are missing, of another shape or not finite. */
    static void check(String file, String prefix, Map<String, List<Long>> shapes, Map<String, Tensor> tensors)
            throws ModelFileException {
        checkShapes(file, prefix, shapes, tensors);
        for (String name : shapes.keySet()) {
            Optional<String> problem = notFinite(prefix + name, tensors.get(prefix + name));
            if (problem.isPresent()) {
                throw new ModelFileException(file + " cannot be used: " + problem.get()
                        + "; its training has diverged, or the file is damaged: take another");
            }
        }
    }

    /** Refuses tensors (names with a prefix) that are missing or of another shape; moments may be infinite. */
    static void checkShapes(String file, String prefix, Map<String, List<Long>> shapes, Map<String, Tensor> tensors)
            throws ModelFileException {
        for (Map.Entry<String, List<Long>> wanted : shapes.entrySet()) {
            Tensor tensor = tensors.get(prefix + wanted.getKey());
            if (tensor == null || !tensor.shape().equals(wanted.getValue())) {
                throw new ModelFileException(file + " does not fit the network: " + prefix + wanted.getKey()
                        + " must have the shape " + wanted.getValue() + ": "
                        + (tensor == null ? "the file has no such tensor" : "shape=" + tensor.shape())
                        + "; describe the network that was saved");
            }
        }
    }

    // The first value that is not finite.
    private static Optional<String> notFinite(String name, Tensor tensor) {
        float[] values = tensor.values();
        for (int k = 0; k < values.length; k++) {
            if (!Float.isFinite(values[k])) {
                return Optional.of("weights must be finite: " + name + "[" + k + "]=" + values[k]);
            }
        }
        return Optional.empty();
    }

    private static List<Long> dimensions(Shape shape) {
        return shape.dimensions().stream().map(Integer::longValue).toList();
    }
}
