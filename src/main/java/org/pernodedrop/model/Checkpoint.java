package org.pernodedrop.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Snapshot;

/**
 * A network in the midst of training, as a {@link Safetensors} file: its {@link Weights}, the optimizer's moments
 * ({@code training.moment.NAME.0.weight}), the weights of its best epoch so far ({@code training.best.0.weight}), and as
 * texts its description, the step and whatever the trainer adds. As all masks follow from seed and step, no state of a
 * random generator is part of it: a network that was restored goes on as if it had never stopped, bit for bit on the same
 * device.
 *
 * <p>A file is replaced in one step, when the new one is on the disk: whenever a process is killed, the one before or the
 * new one is there, whole.
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
     * Writes a network and the best epoch's copy of it, if that was taken; waits for the device.
     *
     * @param metadata texts to go with them
     * @throws IllegalStateException if a weight is not finite
     * @throws IOException if the file cannot be written; an earlier one is then as it was
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
     * @throws ModelFileException if it is damaged or no checkpoint, or a weight is not finite
     * @throws IOException if it cannot be read
     */
    public static Checkpoint read(Path file) throws IOException {
        Safetensors content = Safetensors.read(file);
        NetworkSpec network = DescribedNetwork.of(file.toString(), content);
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

    /** What the network is. */
    public NetworkSpec network() {
        return network;
    }

    /** The step that comes next, from 0; {@link StepState#LAST_STEP} + 1 if there is none. */
    public long step() {
        return step;
    }

    /** The texts, by their names. */
    public Map<String, String> metadata() {
        return content.metadata();
    }

    /**
     * Makes a network what it was: parameters, moments and step; and the copy that of its best epoch, if the file has one.
     * The learning rate stays.
     *
     * @param best of that network
     * @throws ModelFileException if the file's tensors are not those of such a network; the network is then as it was
     * @throws IllegalArgumentException if the network is another one than the file describes
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
        // Where the last step was made, there is no way but over it.
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
