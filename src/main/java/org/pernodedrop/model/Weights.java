package org.pernodedrop.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Parameter;
import org.pernodedrop.nn.Shape;

/**
 * What a network has learned, as a {@link Safetensors} file: every parameter under its name, {@code 0.weight} being {@code
 * [I, U]}, and {@code 0.bias} {@code [U]}. Masks, moments and the network's description are not part of it.
 */
public final class Weights {
    private Weights() {}

    /**
     * Writes the parameters of a network, whole or not at all; waits for the device.
     *
     * @param metadata texts to go with them; may be empty
     * @throws IOException if the file cannot be written; an earlier one is then as it was
     */
    public static void save(Network network, Map<String, String> metadata, Path file) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            float[] values = network.backend().download(parameter.values());
            tensors.put(parameter.name(), new Tensor(dimensions(parameter.shape()), values));
        }
        new Safetensors(metadata, tensors).write(file);
    }

    /**
     * Gives a network the parameters of a file; its moments, step and learning rate stay.
     *
     * @return the file's texts
     * @throws ModelFileException if the file is damaged, or its names and shapes are not the network's; the network is then
     *     as it was
     * @throws IOException if the file cannot be read; likewise
     */
    public static Map<String, String> load(Network network, Path file) throws IOException {
        Safetensors content = Safetensors.read(file);
        TreeSet<String> others = new TreeSet<>(content.tensors().keySet());
        for (Parameter parameter : network.parameters()) {
            Tensor tensor = content.tensors().get(parameter.name());
            if (tensor == null || !tensor.shape().equals(dimensions(parameter.shape()))) {
                throw new ModelFileException(file + " does not fit the network: " + parameter.name()
                        + " must have the shape " + parameter.shape() + ": "
                        + (tensor == null ? "the file has no such tensor" : "shape=" + tensor.shape())
                        + "; describe the network that was saved");
            }
            others.remove(parameter.name());
        }
        if (!others.isEmpty()) {
            throw new ModelFileException(file + " does not fit the network: it has tensors that the network has not: "
                    + others.first() + "; describe the network that was saved");
        }
        Backend backend = network.backend();
        for (Parameter parameter : network.parameters()) {
            backend.upload(content.tensors().get(parameter.name()).values(), 0, parameter.values());
        }
        return content.metadata();
    }

    private static List<Long> dimensions(Shape shape) {
        return shape.dimensions().stream().map(Integer::longValue).toList();
    }
}
