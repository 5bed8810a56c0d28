package org.pernodedrop.predict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.model.ModelFileException;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.SavedRun;

/** A network that was trained by a run, on a backend, with the facts of the run. */
public final class TrainedModel implements AutoCloseable {
    private final Network network;
    private final SavedRun.Facts facts;

    private TrainedModel(Network network, SavedRun.Facts facts) {
        this.network = network;
        this.facts = facts;
    }

    /**
     * Opens a model file, or that of a run's directory, at the step after the last that it was trained in.
     *
     * @return owned by the caller
     * @throws ModelFileException if the file is damaged or of no run
     * @throws IOException if it cannot be read
     */
    public static TrainedModel open(Path fileOrRun, Backend backend) throws IOException {
        Path file = Files.isDirectory(fileOrRun) ? RunDirectory.of(fileOrRun).model(false) : fileOrRun;
        Object identity = identity(file);
        SavedRun.Facts facts = SavedRun.Facts.read(file, Weights.metadata(file));
        Network network = Weights.open(file, backend);
        try {
            if (!identity.equals(identity(file))) {
                throw new IOException(file + " was replaced by another run while it was read; read it again");
            }
            int inputs = network.spec().input().size();
            int classes = network.spec().outputShape().size();
            if (facts.data().features() != inputs || facts.data().classNames().size() != classes) {
                throw new ModelFileException(file + " does not hold together: the network has " + inputs
                        + " inputs and "
                        + classes + " classes, its data " + facts.data().features() + " and "
                        + facts.data().classNames().size() + "; get the file again");
            }
            network.state().setStep(facts.steps());
            return new TrainedModel(network, facts);
        } catch (IOException | RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    // Identifies the file: a replacement has another key, time or size.
    private static Object identity(Path file) throws IOException {
        if (Files.notExists(file)) {
            return file;
        }
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return Arrays.asList(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
    }

    /** The network. */
    public Network network() {
        return network;
    }

    /** The facts of the run. */
    public SavedRun.Facts facts() {
        return facts;
    }

    @Override
    public void close() {
        network.close();
    }
}
