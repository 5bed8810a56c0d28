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
 * The directory that a run writes to, and the names of its files. Of an earlier run there all files stay until those of the
 * new one are whole: the new run is {@linkplain #begin begun} beside it, and {@linkplain #commit takes its place} at the end.
 */
public final class RunDirectory implements AutoCloseable {
    private static final String WAY_OUT = "; name a directory that can be written to by --out";

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
     * Makes the directory if need be and holds it, so that no other command writes there. Files of an earlier run stay.
     *
     * @param notice told if the file system cannot keep others out
     * @throws UncheckedIOException with a one-line message if it cannot be had, or holds a file of a run's name that is of
     *     no run
     */
    public static RunDirectory open(Path path, Consumer<String> notice) {
        RunDirectory directory = held(path, () -> FolderLock.hold(path, notice));
        try {
            // Of a run that was being replaced some files may be gone, and the others would not tell whose they are.
            FileSet.recover(directory.lock, RunFiles.FILES);
            RunFiles.requireOwn(directory.path);
            return directory;
        } catch (IOException e) {
            directory.close();
            throw refusal(e.getMessage() + WAY_OUT, e);
        }
    }

    /**
     * Makes a directory that was not there, of that name or with -2, -3 and so on behind it, and holds it.
     *
     * @throws UncheckedIOException as {@link #open}
     */
    public static RunDirectory openNew(Path path, Consumer<String> notice) {
        return held(path, () -> FolderLock.holdNew(path, notice));
    }

    /**
     * Holds the directory of a run to go on with: the one that was begun last, if it was not finished.
     *
     * @throws UncheckedIOException as {@link #open}, and if the directory is not there
     */
    public static RunDirectory resume(Path path, Consumer<String> notice) {
        if (!Files.isDirectory(path)) {
            throw refusal("the directory of a run to go on with does not exist: " + path, new IOException());
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

    /** The directory of a run, to read the whole one that is there; nothing is made or checked. */
    public static RunDirectory of(Path path) {
        return new RunDirectory(path, null);
    }

    /** Where the metrics of a network go: of the one that the run is about, or of its unregularised baseline. */
    public Path metrics(boolean baseline) {
        return file(RunFiles.metrics(baseline));
    }

    /** Where the checkpoint of a network goes: of the one that the run is about, or of its unregularised baseline. */
    public Path checkpoint(boolean baseline) {
        return file(RunFiles.checkpoint(baseline));
    }

    /** Where the weights of a network after its best epoch go, likewise. */
    public Path model(boolean baseline) {
        return file(RunFiles.model(baseline));
    }

    /** Where the plot goes. */
    public Path curves() {
        return file(RunFiles.CURVES);
    }

    /** Where the report goes. */
    public Path report() {
        return file(RunFiles.REPORT);
    }

    private Path file(String name) {
        return files == null
                ? FileSet.current(path, RunFiles.FILES, name)
                : files.path().resolve(name);
    }

    /** The directory itself. */
    public Path path() {
        return path;
    }

    /** Where files of a run beside an earlier one are until it is whole; otherwise the directory itself. */
    public Path unfinished() {
        return files == null ? path : files.path();
    }

    /**
     * Starts a new run: its files go beside those of an earlier one, if there is one. One that is gone on with has begun.
     *
     * @throws UncheckedIOException with a one-line message if the directory cannot be written to
     */
    public void begin() {
        if (files == null) {
            try {
                files = FileSet.begin(lock, RunFiles.FILES);
            } catch (IOException e) {
                throw refusal("out holds something that cannot be replaced: " + e.getMessage() + WAY_OUT, e);
            }
        }
    }

    /**
     * From now on there is something to go on with: an unfinished run stays when this is closed, and those that were begun
     * before it go.
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
            throw refusal("out holds something that cannot be replaced: " + e.getMessage() + WAY_OUT, e);
        }
    }

    /**
     * Puts the finished run in the place of an earlier one.
     *
     * @throws UncheckedIOException with a one-line message if that cannot be; the next command that writes there does it
     */
    public void commit() {
        try {
            files.commit();
            files = null;
        } catch (IOException e) {
            throw refusal(e.getMessage() + "; the run is whole in " + path + ": call train --resume there", e);
        }
    }

    /** Lets others have the directory. What was begun goes unless it was to be kept; so does an empty directory, if made. */
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
            throw new UncheckedIOException(e.getMessage() + "; free space or name another directory by --out", e);
        }
    }

    /** The names of a run's files, and whether those that a folder has are of a run: only such may be replaced. */
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

        /**
         * Refuses a folder with a file of a run's name that no run has written: somebody else's, or damaged.
         *
         * @throws IOException naming it
         */
        static void requireOwn(Path folder) throws IOException {
            boolean measured = Files.isRegularFile(folder.resolve(metrics(false)));
            for (String name : FILES.files()) {
                Path file = folder.resolve(name);
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOwn(file, name, measured)) {
                    throw new IOException(
                            "out holds a file that a run would replace and that is of no run, or damaged: " + file
                                    + "; move it away");
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
                // A picture does not tell whose it is; a run has metrics beside it.
                return measured;
            } catch (IOException e) {
                return false;
            }
        }
    }
}
