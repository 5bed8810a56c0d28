package org.pernodedrop.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Replaces a file atomically: the content is written to a temporary file beside the target, which {@link #commit}
 * renames to the target. {@link #close} without a commit deletes the temporary file and leaves an earlier target
 * unchanged.
 */
public final class AtomicFile implements AutoCloseable {
    private static final String SUFFIX = ".part";

    private final Path named;
    private final Path target;
    private final Path temporary;

    private AtomicFile(Path named) throws IOException {
        this.named = named;
        this.target = checked(named);
        this.temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
        try {
            Files.createFile(temporary);
        } catch (IOException e) {
            throw failure("no file can be created in " + target.getParent(), e);
        }
        TemporaryFiles.add(temporary);
    }

    /**
     * Starts a file; an existing target is replaced by {@link #commit}.
     *
     * @throws IOException if it cannot be written, with a one-line message
     */
    public static AtomicFile create(Path target) throws IOException {
        return new AtomicFile(target);
    }

    /**
     * Writes a whole file.
     *
     * @throws IOException if it cannot be written, with a one-line message
     */
    public static void write(Path target, byte[] content) throws IOException {
        try (AtomicFile file = create(target)) {
            try {
                Files.write(file.temporary, content);
            } catch (IOException e) {
                throw file.failure("writing failed", e);
            }
            file.commit();
        }
    }

    /** Whether a file is a temporary file of a target of that name in the same folder. */
    static boolean isPart(Path file, String target) {
        String name = file.getFileName().toString();
        return name.startsWith("." + target + ".") && name.endsWith(SUFFIX);
    }

    /** The temporary file, which exists and is empty at first; close its writers before {@link #commit}. */
    public Path temporary() {
        return temporary;
    }

    /**
     * Flushes the temporary file to the disk and renames it to the target: after a crash the target holds the earlier
     * or the new content, whole.
     */
    public void commit() throws IOException {
        try (FileChannel content = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            content.force(true);
        } catch (IOException e) {
            throw failure("flushing the finished file to the disk failed", e);
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure("moving the finished file there failed", e);
        }
        TemporaryFiles.remove(temporary);
        FileSet.force(target.getParent());
    }

    /** Deletes the temporary file unless it was committed. */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw failure("deleting the unfinished file " + temporary + " failed", e);
        }
        TemporaryFiles.remove(temporary);
    }

    /** An exception whose one-line message names the target and the reason. */
    public IOException failure(String reason, IOException cause) {
        return failure(named, reason, cause);
    }

    /** The reason in one line: kind and message, since the message of many exceptions is only the file's name. */
    public static String reason(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.startsWith("cannot write ")
                ? message
                : failure.getClass().getSimpleName() + ": " + message;
    }

    // Resolves symbolic links, so that the file behind a link is replaced rather than the link.
    private static Path checked(Path named) throws IOException {
        Path file = named.toAbsolutePath();
        if (Files.exists(file)) {
            if (!Files.isRegularFile(file)) {
                throw failure(named, "it is a directory or a device; name a file", null);
            }
            return file.toRealPath();
        }
        if (file.getFileName() == null || !Files.isDirectory(file.getParent())) {
            throw failure(named, "its directory does not exist: " + file.getParent(), null);
        }
        return file;
    }

    /** An exception as of {@link #failure(String, IOException)}, about any file. */
    public static IOException failure(Path named, String reason, IOException cause) {
        String detail = cause == null ? "" : " (" + reason(cause) + ")";
        return new IOException("cannot write " + named + ": " + reason + detail, cause);
    }

    /**
     * The temporary files that this process is writing; a shutdown hook deletes those that are left. Unlike
     * {@link java.io.File#deleteOnExit} it forgets files that were committed or deleted.
     */
    static final class TemporaryFiles {
        private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

        static {
            try {
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(TemporaryFiles::deleteAll, "pernodedrop-temporary-files"));
            } catch (IllegalStateException e) {
                // The process is shutting down already: no hook can be added.
            }
        }

        private TemporaryFiles() {}

        static void add(Path file) {
            OPEN.add(file);
        }

        static void remove(Path file) {
            OPEN.remove(file);
        }

        /** Number of temporary files being written. */
        static int count() {
            return OPEN.size();
        }

        private static void deleteAll() {
            for (Path file : OPEN) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    // Nothing can be reported during shutdown; the next command that holds the folder deletes the file.
                }
            }
        }
    }
}
