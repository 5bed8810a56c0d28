package org.pernodedrop.model;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.model.Safetensors.Tensor;
import org.pernodedrop.nn.Network;

/**
 * The weights of a network as a {@link Safetensors} file: parameters and statistics under their names, such as
 * {@code 0.weight} with shape {@code [I, U]} and {@code 0.bias} with shape {@code [U]}, and the network's description
 * ({@link NetworkJson}) as the text {@value #NETWORK}. Masks and moments are not part of it.
 *
 * <p>Tensors whose names begin with {@value #TRAINING} are ignored, so that a {@link Checkpoint} can be read as
 * weights.
 */
public final class Weights {
    /** Name of the text that describes the network. */
    public static final String NETWORK = "network";

    /** Prefix of tensors that only training needs. */
    static final String TRAINING = "training.";

    private Weights() {}

    /**
     * Writes parameters and statistics of a network atomically; waits for the device.
     *
     * @param metadata additional texts; may be empty
     * @throws IllegalStateException if a weight is not finite
     * @throws IOException if the file cannot be written; an earlier file then stays unchanged
     */
    public static void save(Network network, Map<String, String> metadata, Path file) throws IOException {
        content(network, metadata).write(file);
    }

    /** The bytes that {@link #save} writes; waits for the device. */
    public static byte[] toBytes(Network network, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            content(network, metadata).write(Channels.newChannel(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Safetensors content(Network network, Map<String, String> metadata) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        NetworkTensors.read(network, "", NetworkTensors.weights(network), tensors);
        NetworkTensors.requireFinite(tensors);
        return new Safetensors(described(network, metadata), tensors);
    }

    static Map<String, String> described(Network network, Map<String, String> metadata) {
        if (metadata.containsKey(NETWORK)) {
            throw new IllegalArgumentException(
                    "metadata must not hold " + NETWORK + ", which is the network's description; take another name");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(NETWORK, NetworkJson.write(network.spec()));
        texts.putAll(metadata);
        return texts;
    }

    /**
     * Reads the texts of a file, without its tensors.
     *
     * @throws ModelFileException if the file is of another format or damaged
     * @throws IOException if it cannot be read
     */
    public static Map<String, String> metadata(Path file) throws IOException {
        return Safetensors.readMetadata(file);
    }

    /**
     * Loads parameters and statistics into a network; its moments, step and learning rate stay.
     *
     * @return the file's texts
     * @throws ModelFileException if the file is damaged, its names and shapes differ from the network's, or a weight is
     *     not finite; the network then stays unchanged
     * @throws IOException if the file cannot be read; likewise
     */
    public static Map<String, String> load(Network network, Path file) throws IOException {
        Safetensors content = Safetensors.read(file);
        load(network, file.toString(), content);
        return content.metadata();
    }

    private static void load(Network network, String file, Safetensors content) throws ModelFileException {
        Map<String, List<Long>> shapes = NetworkTensors.shapes(network.spec());
        NetworkTensors.check(file, "", shapes, content.tensors());
        TreeSet<String> others = new TreeSet<>(content.tensors().keySet());
        others.removeIf(name -> name.startsWith(TRAINING));
        others.removeAll(shapes.keySet());
        if (!others.isEmpty()) {
            throw new ModelFileException(file + " does not fit the network: it has tensors that the network has not: "
                    + ModelFileException.quoted(others.first()) + "; describe the network that was saved");
        }
        NetworkTensors.write(network, "", content.tensors(), NetworkTensors.weights(network));
    }

    /**
     * Opens the network that a file describes, with the file's weights, at step 0. Shapes are checked against the
     * description before memory is allocated on the device.
     *
     * @return owned by the caller
     * @throws ModelFileException if the file is damaged, has no description, its tensors differ from the description,
     *     or a weight is not finite
     * @throws IOException if the file cannot be read
     */
    public static Network open(Path file, Backend backend) throws IOException {
        return open(file.toString(), Safetensors.read(file), backend);
    }

    /**
     * Opens a network from the bytes of {@link #toBytes}; as {@link #open(Path, Backend)}.
     *
     * @param name of the content, for messages
     * @return owned by the caller
     * @throws ModelFileException as {@link #open(Path, Backend)}
     */
    public static Network open(String name, byte[] content, Backend backend) throws ModelFileException {
        try {
            ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(content));
            return open(name, Safetensors.read(name, content.length, channel), backend);
        } catch (ModelFileException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Network open(String file, Safetensors content, Backend backend) throws IOException {
        Network network = new Network(NetworkTensors.described(file, content), backend);
        try {
            load(network, file, content);
            return network;
        } catch (IOException | RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }
}
