package org.pernodedrop.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.model.Safetensors.Tensor;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Snapshot;

/**
 * The state of a training as a {@link Safetensors} file: {@link Weights}, the optimizer's moments
 * ({@code training.moment.NAME.0.weight}), the weights of the best epoch so far ({@code training.best.0.weight}), and
 * as texts the network's description, the step and texts of the trainer. Masks are functions of seed and step, so there
 * is no state of a random generator: a restored network continues bit for bit as without the interruption, on the same
 * device.
 *
 * <p>A file is replaced atomically after the new one is on the disk: if the process is killed, the earlier or the new
 * file is there, whole.
 */
public final class Checkpoint {
    private static final String STEP = "step";
    private static final String BEST = Weights.TRAINING + "best.";

    private final String file;
    private final NetworkSpec network;
    private final long step;
    private final Safetensors content;

    private Checkpoint(String file, NetworkSpec network, long step, Safetensors content) {
        this.file = file;
        this.network = network;
        this.step = step;
        this.content = content;
    }

    /**
     * Writes a network, and its best epoch if that snapshot was taken; waits for the device.
     *
     * @param metadata additional texts
     * @throws IllegalStateException if a weight is not finite
     * @throws IOException if the file cannot be written; an earlier file then stays unchanged
     */
    public static void save(Network network, Snapshot best, Map<String, String> metadata, Path file)
            throws IOException {
        requireSame(network, best);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>(Weights.described(network, metadata));
        network.backend().alone(() -> {
            NetworkTensors.read(network, "", NetworkTensors.weights(network), tensors);
            NetworkTensors.requireFinite(tensors);
            network.moments()
                    .forEach((name, moment) -> NetworkTensors.read(
                            network, moment(name), NetworkTensors.slices(network, moment), tensors));
            if (best.isTaken()) {
                Map<String, Tensor> kept = new LinkedHashMap<>();
                NetworkTensors.read(network, BEST, best.weights(), kept);
                NetworkTensors.requireFinite(kept);
                tensors.putAll(kept);
            }
            texts.put(STEP, Long.toString(network.state().step()));
        });
        new Safetensors(texts, tensors).write(file);
    }

    /**
     * Reads a file.
     *
     * @throws ModelFileException if the file is damaged or not a checkpoint, or a weight is not finite
     * @throws IOException if it cannot be read
     */
    public static Checkpoint read(Path file) throws IOException {
        Safetensors content = Safetensors.read(file);
        NetworkSpec network = NetworkTensors.described(file.toString(), content);
        String step = content.metadata().get(STEP);
        if (step == null) {
            throw new ModelFileException(file + " is no checkpoint: its metadata must have the text " + STEP
                    + "; it may hold weights alone");
        }
        try {
            long number = Long.parseLong(step);
            requireStep(number);
            return new Checkpoint(file.toString(), network, number, content);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(
                    file + " is no checkpoint: its step must be a whole number in range: "
                            + ModelFileException.quoted(step),
                    e);
        }
    }

    /** The network's description. */
    public NetworkSpec network() {
        return network;
    }

    /** The next step, from 0; {@link StepState#LAST_STEP} + 1 after the last. */
    public long step() {
        return step;
    }

    /** The texts, by their names. */
    public Map<String, String> metadata() {
        return content.metadata();
    }

    /**
     * Restores a network's parameters, moments and step, and the snapshot of its best epoch if the file has one. The
     * learning rate stays.
     *
     * @param best a snapshot of that network
     * @throws ModelFileException if the file's tensors do not fit the network, which then stays unchanged
     * @throws IllegalArgumentException if the network differs from the file's description
     */
    public void restore(Network into, Snapshot best) throws ModelFileException {
        requireSame(into, best);
        if (!into.spec().equals(network)) {
            throw new IllegalArgumentException(
                    file + " is of another network: it has seed " + network.seed() + " and the layers "
                            + network.layers() + ", the one to restore has seed "
                            + into.spec().seed() + " and the layers "
                            + into.spec().layers() + "; take the settings it was started with");
        }
        Map<String, Tensor> tensors = content.tensors();
        Set<String> others = new TreeSet<>(tensors.keySet());
        Map<String, List<Long>> weights = NetworkTensors.shapes(network);
        Map<String, List<Long>> parameters = new LinkedHashMap<>(weights);
        into.statistics().forEach(statistic -> parameters.remove(statistic.name()));
        check("", weights, others);
        for (String moment : into.moments().keySet()) {
            NetworkTensors.checkShapes(file, moment(moment), parameters, tensors);
            parameters.keySet().forEach(name -> others.remove(moment(moment) + name));
        }
        boolean hasBest = tensors.keySet().stream().anyMatch(name -> name.startsWith(BEST));
        if (hasBest) {
            check(BEST, weights, others);
        }
        if (!others.isEmpty()) {
            throw new ModelFileException(file + " does not fit the network: it has tensors that the network has not: "
                    + ModelFileException.quoted(others.iterator().next()) + "; get the file again");
        }
        if (hasBest) {
            NetworkTensors.write(into, BEST, tensors, NetworkTensors.weights(into));
            best.take();
        }
        NetworkTensors.write(into, "", tensors, NetworkTensors.weights(into));
        into.moments()
                .forEach((name, moment) ->
                        NetworkTensors.write(into, moment(name), tensors, NetworkTensors.slices(into, moment)));
        // The state after the last step cannot be set, only reached by advancing.
        into.state().setStep(Math.min(step, StepState.LAST_STEP));
        if (step > StepState.LAST_STEP) {
            into.backend().optimizers().advance(into.state());
        }
    }

    private static void requireStep(long step) {
        if (step != StepState.LAST_STEP + 1) {
            StepState.checkStep(step);
        }
    }

    private void check(String prefix, Map<String, List<Long>> shapes, Set<String> others) throws ModelFileException {
        NetworkTensors.check(file, prefix, shapes, content.tensors());
        shapes.keySet().forEach(name -> others.remove(prefix + name));
    }

    private static String moment(String name) {
        return Weights.TRAINING + "moment." + name + ".";
    }

    private static void requireSame(Network network, Snapshot best) {
        if (best.network() != network) {
            throw new IllegalArgumentException("best must be a snapshot of the same network: new Snapshot(network)");
        }
    }
}
