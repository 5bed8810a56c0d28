package org.pernodedrop.model;

import org.pernodedrop.nn.NetworkSpec;

/** The description of the network in a file, held to the file's tensors. */
final class DescribedNetwork {
    private DescribedNetwork() {}

    /**
     * The network. A description costs nothing to write, a network of its sizes much to make: so the tensors must be
     * there first.
     */
    static NetworkSpec of(String file, Safetensors content) throws ModelFileException {
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
        NetworkTensors.check(file, "", NetworkTensors.shapes(network), content.tensors());
        return network;
    }
}
