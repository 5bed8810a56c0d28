package org.pernodedrop.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Parameter;
import org.pernodedrop.nn.Shape;

/** Between the tensors of a file and buffers that are laid out as a network's parameters. */
final class NetworkTensors {
    private final Network network;

    NetworkTensors(Network network) {
        this.network = network;
    }

    /** What inference needs, as it is now, under the parameters' names. */
    Map<String, Tensor> weights() {
        return of("", network.parameterBuffer());
    }

    /** A buffer's parts under the parameters' names, each behind a prefix. */
    Map<String, Tensor> of(String prefix, DeviceFloats buffer) {
        Backend backend = network.backend();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            float[] values = backend.download(
                    buffer.slice(parameter.offset(), parameter.shape().size()));
            tensors.put(prefix + parameter.name(), new Tensor(dimensions(parameter.shape()), values));
        }
        return tensors;
    }

    /** Refuses tensors, under a prefix, that are missing or shaped otherwise than the parameters. */
    void check(Path file, String prefix, Map<String, Tensor> tensors) throws ModelFileException {
        for (Parameter parameter : network.parameters()) {
            Tensor tensor = tensors.get(prefix + parameter.name());
            if (tensor == null || !tensor.shape().equals(dimensions(parameter.shape()))) {
                throw new ModelFileException(file + " does not fit the network: " + prefix + parameter.name()
                        + " must have the shape " + parameter.shape() + ": "
                        + (tensor == null ? "the file has no such tensor" : "shape=" + tensor.shape())
                        + "; describe the network that was saved");
            }
        }
    }

    /** Writes tensors that were checked to a buffer. */
    void upload(String prefix, Map<String, Tensor> tensors, DeviceFloats buffer) {
        for (Parameter parameter : network.parameters()) {
            network.backend()
                    .upload(
                            tensors.get(prefix + parameter.name()).values(),
                            0,
                            buffer.slice(parameter.offset(), parameter.shape().size()));
        }
    }

    private static List<Long> dimensions(Shape shape) {
        return shape.dimensions().stream().map(Integer::longValue).toList();
    }
}
