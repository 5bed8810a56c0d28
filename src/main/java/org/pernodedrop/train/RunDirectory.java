package org.pernodedrop.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pernodedrop.files.AtomicFile;

/** The directory that a run writes to, and the names of its files. */
public final class RunDirectory {
    private static final String WAY_OUT = "; name a directory that can be written to by --out";

    private final Path path;
    private final boolean made;

    private RunDirectory(Path path, boolean made) {
        this.path = path;
        this.made = made;
    }

    /**
     * Makes the directory if need be, and sees that files can be written there. Files of an earlier run stay until {@link
     * #clear}.
     *
     * @throws UncheckedIOException with a one-line message if it cannot be had
     */
    public static RunDirectory open(Path path) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            String reason = "out is a file: out=" + path + WAY_OUT;
            throw new UncheckedIOException(reason, new IOException(reason));
        }
        boolean made = Files.notExists(path);
        try {
            Files.createDirectories(path);
            Files.delete(Files.createTempFile(path, "probe", ".tmp"));
        } catch (IOException e) {
            throw new UncheckedIOException("out cannot be written to: out=" + path + " (" + e + ")" + WAY_OUT, e);
        }
        return new RunDirectory(path, made);
    }

    /** The directory of an earlier run, to read from; nothing is made or checked. */
    public static RunDirectory of(Path path) {
        return new RunDirectory(path, false);
    }

    /** Where the metrics of a network go: of the one that the run is about, or of its unregularised twin. */
    public Path metrics(boolean twin) {
        return path.resolve(twin ? "metrics-none.csv" : "metrics.csv");
    }

    /** Where the checkpoint of a network goes: of the one that the run is about, or of its unregularised twin. */
    public Path checkpoint(boolean twin) {
        return path.resolve(twin ? "checkpoint-none.safetensors" : "checkpoint.safetensors");
    }

    /** Where the weights of a network after its best epoch go, likewise. */
    public Path model(boolean twin) {
        return path.resolve(twin ? "model-none.safetensors" : "model.safetensors");
    }

    /** Where the plot goes. */
    public Path curves() {
        return path.resolve("curves.png");
    }

    /** Where the report goes. */
    public Path report() {
        return path.resolve("run.json");
    }

    /** The directory itself. */
    public Path path() {
        return path;
    }

    /** Deletes the files of an earlier run, lest they be taken for this one's. */
    public void clear() {
        delete(List.of(
                metrics(false),
                metrics(true),
                checkpoint(false),
                checkpoint(true),
                model(false),
                model(true),
                curves(),
                report()));
    }

    /** Deletes what an earlier process, killed while it wrote, has left half-way; finished files stay. */
    public void clearLeftovers() {
        delete(List.of());
    }

    private void delete(List<Path> files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            for (boolean twin : new boolean[] {false, true}) {
                for (Path file : List.of(metrics(twin), checkpoint(twin), model(twin), curves(), report())) {
                    AtomicFile.deleteLeftovers(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("out holds something that cannot be replaced: " + e + WAY_OUT, e);
        }
    }

    /** Removes the directory if it was made for this run and nothing was written to it. */
    public void removeIfUnused() {
        if (made) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // Something was written there, or others forbid it: then it stays.
            }
        }
    }

    /** Writes a file of a run, whole or not at all. */
    static void write(Path file, byte[] content) {
        try {
            AtomicFile.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage() + "; free space" + " or name another directory by --out", e);
        }
    }
}
