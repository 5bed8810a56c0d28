package org.pernodedrop.model;

import java.nio.file.Path;
import java.util.List;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.ParameterSpec;

/** The description of the network in a file, held to the file's tensors. */
final class DescribedNetwork {
    private DescribedNetwork() {}

    /**
     * The network. A description costs nothing to write, a network of its sizes much to make: so the tensors must be
     * there first.
     */
    static NetworkSpec of(Path file, Safetensors content) throws ModelFileException {
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
        for (int layer = 0; layer < network.layers().size(); layer++) {
            for (ParameterSpec parameter : network.parameters(layer)) {
                String name = layer + "." + parameter.name();
                List<Long> shape = parameter.shape().dimensions().stream()
                        .map(Integer::longValue)
                        .toList();
                Tensor tensor = content.tensors().get(name);
                if (tensor == null || !tensor.shape().equals(shape)) {
                    throw new ModelFileException(file + " does not hold the network that it describes: " + name
                            + " must have the shape " + shape + ": "
                            + (tensor == null ? "there is no such tensor" : "shape=" + tensor.shape())
                            + "; get the file again");
                }
            }
        }
        return network;
    }
}
