package org.pernodedrop.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Parameter;
import org.pernodedrop.nn.ParameterSpec;
import org.pernodedrop.nn.Shape;
import org.pernodedrop.nn.Statistic;

/** Between the tensors of a file and the buffers of a network. */
final class NetworkTensors {
    private NetworkTensors() {}

    /** Where the weights of a network lie, by their names: parameters and statistics. */
    static Map<String, DeviceFloats> weights(Network network) {
        Map<String, DeviceFloats> places = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            places.put(parameter.name(), parameter.values());
        }
        for (Statistic statistic : network.statistics()) {
            places.put(statistic.name(), statistic.values());
        }
        return places;
    }

    /** Where a buffer that is laid out as the parameters holds what, by the parameters' names. */
    static Map<String, DeviceFloats> slices(Network network, DeviceFloats buffer) {
        Map<String, DeviceFloats> places = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            places.put(
                    parameter.name(),
                    buffer.slice(parameter.offset(), parameter.shape().size()));
        }
        return places;
    }

    /** Shapes by the names of the weights that a network of such a description has. */
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

    /** Downloads; waits for the device. */
    static void read(Network network, String prefix, Map<String, DeviceFloats> places, Map<String, Tensor> into) {
        Map<String, List<Long>> shapes = shapes(network.spec());
        network.backend()
                .alone(() -> places.forEach((name, place) -> into.put(
                        prefix + name,
                        new Tensor(shapes.get(name), network.backend().memory().download(place)))));
    }

    /**
     * Refuses to write weights that no network can compute with: they come from a training that went wrong.
     *
     * @throws IllegalStateException naming the first
     */
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

    /** Uploads what was checked. */
    static void write(Network network, String prefix, Map<String, Tensor> tensors, Map<String, DeviceFloats> places) {
        network.backend()
                .alone(() -> places.forEach((name, place) -> network.backend()
                        .memory()
                        .upload(tensors.get(prefix + name).values(), 0, place)));
    }

    /** Refuses weights, under a prefix, that are missing, shaped otherwise or not finite. */
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

    /** Refuses tensors, under a prefix, that are missing or shaped otherwise; moments may have overflowed. */
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

    // The first that is wrong.
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
