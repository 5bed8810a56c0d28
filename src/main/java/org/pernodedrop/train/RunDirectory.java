package org.pernodedrop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.FileSet;
import org.pernodedrop.io.FolderLock;
import org.pernodedrop.io.FolderLock.InUseException;
import org.pernodedrop.model.Weights;

/**
 * The directory of a run, and the names of its files. The files of an earlier run stay until the new run is complete:
 * the new run {@linkplain #begin begins} beside them and {@linkplain #commit replaces} them at the end.
 */
public final class RunDirectory implements AutoCloseable {
    private static final String WAY_OUT = "; name a directory that can be written to (--out)";

    private final Path path;
    private final FolderLock lock;
    private FileSet files;
    private boolean kept;

    private RunDirectory(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    private interface Holding {
        FolderLock hold() throws IOException;
    }

    private static RunDirectory held(Path path, Holding holding) {
        try {
            FolderLock lock = holding.hold();
            return new RunDirectory(lock.path(), lock);
        } catch (NotDirectoryException e) {
            throw refusal("out is a file: out=" + path + WAY_OUT, e);
        } catch (InUseException e) {
            throw refusal(e.getMessage(), e);
        } catch (IOException e) {
            throw refusal("out cannot be written to: out=" + path + " (" + AtomicFile.reason(e) + ")" + WAY_OUT, e);
        }
    }

    private static UncheckedIOException refusal(String message, IOException cause) {
        return new UncheckedIOException(message, cause);
    }

    /**
     * Creates the directory if it does not exist and locks it against other commands. Files of an earlier run stay.
     *
     * @param notice receives one line if the file system has no locks
     * @throws UncheckedIOException with a one-line message if it cannot be created or locked, or holds a file with the
     *     name of a run's file that no run has written
     */
    public static RunDirectory open(Path path, Consumer<String> notice) {
        RunDirectory directory = held(path, () -> FolderLock.hold(path, notice));
        try {
            // First completes an interrupted replacement: with some files of a run missing, the others could not be
            // recognised.
            FileSet.recover(directory.lock, RunFiles.FILES);
            RunFiles.requireOwn(directory.path);
            return directory;
        } catch (IOException e) {
            directory.close();
            throw refusal(e.getMessage() + WAY_OUT, e);
        }
    }

    /**
     * Creates and locks a new directory, of that name or with the suffix -2, -3 and so on.
     *
     * @throws UncheckedIOException as {@link #open}
     */
    public static RunDirectory openNew(Path path, Consumer<String> notice) {
        return held(path, () -> FolderLock.holdNew(path, notice));
    }

    /**
     * Locks the directory of a run to resume: the run that was begun last, if it was not finished.
     *
     * @throws UncheckedIOException as {@link #open}, and if the directory does not exist
     */
    public static RunDirectory resume(Path path, Consumer<String> notice) {
        if (!Files.isDirectory(path)) {
            throw refusal("the directory of the run to resume does not exist: " + path, new IOException());
        }
        RunDirectory directory = held(path, () -> FolderLock.holdExisting(path, notice));
        try {
            directory.files = FileSet.last(directory.lock, RunFiles.FILES, RunFiles.checkpoint(false));
            directory.kept = true;
            return directory;
        } catch (IOException e) {
            directory.close();
            throw refusal("out cannot be written to: out=" + path + " (" + e.getMessage() + ")" + WAY_OUT, e);
        }
    }

    /** The directory of a complete run, for reading; creates and checks nothing. */
    public static RunDirectory of(Path path) {
        return new RunDirectory(path, null);
    }

    /** Path of the metrics of a network: of the one that the run is about, or of its unregularised baseline. */
    public Path metrics(boolean baseline) {
        return file(RunFiles.metrics(baseline));
    }

    /** Path of the checkpoint of a network, likewise. */
    public Path checkpoint(boolean baseline) {
        return file(RunFiles.checkpoint(baseline));
    }

    /** Path of a network's weights after its best epoch, likewise. */
    public Path model(boolean baseline) {
        return file(RunFiles.model(baseline));
    }

    /** Path of the plot. */
    public Path curves() {
        return file(RunFiles.CURVES);
    }

    /** Path of the report. */
    public Path report() {
        return file(RunFiles.REPORT);
    }

    private Path file(String name) {
        return files == null
                ? FileSet.current(path, RunFiles.FILES, name)
                : files.path().resolve(name);
    }

    /** The directory. */
    public Path path() {
        return path;
    }

    /** The folder that holds the files of an unfinished run beside an earlier one; otherwise the directory. */
    public Path unfinished() {
        return files == null ? path : files.path();
    }

    /**
     * Begins a new run, beside an earlier one if there is one. Does nothing for a resumed run.
     *
     * @throws UncheckedIOException with a one-line message if the directory cannot be written to
     */
    public void begin() {
        if (files == null) {
            try {
                files = FileSet.begin(lock, RunFiles.FILES);
            } catch (IOException e) {
                throw refusal("out holds a file or folder that cannot be replaced: " + e.getMessage() + WAY_OUT, e);
            }
        }
    }

    /**
     * Keeps the unfinished run when this is closed, since it can be resumed now, and deletes unfinished runs that were
     * begun before it.
     *
     * @throws UncheckedIOException with a one-line message if they cannot be deleted
     */
    public void keep() {
        if (kept) {
            return;
        }
        kept = true;
        try {
            files.supersede();
        } catch (IOException e) {
            throw refusal("out holds a file or folder that cannot be replaced: " + e.getMessage() + WAY_OUT, e);
        }
    }

    /**
     * Replaces an earlier run by the finished one.
     *
     * @throws UncheckedIOException with a one-line message if that fails; the next command that writes there completes
     *     it
     */
    public void commit() {
        try {
            files.commit();
            files = null;
        } catch (IOException e) {
            throw refusal(
                    e.getMessage() + "; the run is complete in " + path
                            + "; resume it to put it in place (train --resume)",
                    e);
        }
    }

    /**
     * Unlocks the directory. Deletes a begun run that was not {@linkplain #keep kept}, and the directory if this
     * created it and it is empty.
     */
    @Override
    public void close() {
        try {
            if (files != null && !kept) {
                files.drop();
            }
        } catch (IOException e) {
            throw refusal("the files of the failed run could not be removed: " + e.getMessage(), e);
        } finally {
            files = null;
            if (lock != null) {
                lock.close();
            }
        }
    }

    /**
     * Writes a file of a run, whole or not at all.
     *
     * @throws UncheckedIOException with a one-line message if it cannot be written
     */
    public static void write(Path file, byte[] content) {
        try {
            AtomicFile.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage() + "; free space or name another directory (--out)", e);
        }
    }

    /**
     * Names of a run's files, and the check that existing files of these names were written by a run, since only such
     * may be replaced.
     */
    static final class RunFiles {
        static final String CURVES = "curves.png";
        static final String REPORT = "run.json";
        static final FileSet.Kind FILES = new FileSet.Kind(
                "run",
                List.of(
                        metrics(false),
                        metrics(true),
                        checkpoint(false),
                        checkpoint(true),
                        model(false),
                        model(true),
                        CURVES,
                        REPORT));

        private RunFiles() {}

        static String metrics(boolean baseline) {
            return baseline ? "metrics-none.csv" : "metrics.csv";
        }

        static String checkpoint(boolean baseline) {
            return baseline ? "checkpoint-none.safetensors" : "checkpoint.safetensors";
        }

        static String model(boolean baseline) {
            return baseline ? "model-none.safetensors" : "model.safetensors";
        }

        /** Refuses a folder with a file of such a name that no run has written, or that is damaged. */
        static void requireOwn(Path folder) throws IOException {
            boolean measured = Files.isRegularFile(folder.resolve(metrics(false)));
            for (String name : FILES.files()) {
                Path file = folder.resolve(name);
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOwn(file, name, measured)) {
                    throw new IOException(
                            "out holds a file that a run would replace, but that no run has written, or that is damaged: "
                                    + file + "; move it away");
                }
            }
        }

        private static boolean isOwn(Path file, String name, boolean measured) {
            try {
                if (!Files.isRegularFile(file)) {
                    return false;
                }
                if (name.endsWith(".csv")) {
                    try (BufferedReader lines = Files.newBufferedReader(file)) {
                        return MetricsCsv.HEADER.equals(lines.readLine());
                    }
                }
                if (name.endsWith(".safetensors")) {
                    Map<String, String> texts = Weights.metadata(file);
                    return SavedRun.Facts.NAMES.stream().allMatch(texts::containsKey);
                }
                if (name.equals(REPORT)) {
                    JsonNode report = new ObjectMapper().readTree(file.toFile());
                    return RunReport.PROJECT.equals(report.path("project").textValue());
                }
                // An image does not name its origin; a run has metrics beside it.
                return measured;
            } catch (IOException e) {
                return false;
            }
        }
    }
}
