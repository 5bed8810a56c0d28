package org.pernodedrop.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Measurements as JSON objects, one a line. The file appears, whole, on {@link #commit}: until then lines go to a
 * temporary file beside it, which is opened at once, so that an unwritable place is found before anything is timed.
 */
public final class ResultFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path target;
    private final Path temporary;
    private final BufferedWriter writer;

    private ResultFile(Path target) throws IOException {
        this.target = target;
        Path file = target.toAbsolutePath();
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw failure("it is a directory or a device; name a file", null);
        }
        if (file.getFileName() == null || !Files.isDirectory(file.getParent())) {
            throw failure("its directory does not exist: " + file.getParent(), null);
        }
        temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            writer = Files.newBufferedWriter(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failure("no file can be made in " + file.getParent(), e);
        }
        // Only matters if the process is stopped half-way: close() deletes it otherwise.
        temporary.toFile().deleteOnExit();
    }

    /**
     * Starts a file; one that is there is replaced on {@link #commit}.
     *
     * @throws IOException if it cannot be written
     */
    public static ResultFile create(Path target) throws IOException {
        return new ResultFile(target);
    }

    /** A measurement as one line of JSON, without a line break. */
    public static String line(Measurement measurement) throws IOException {
        return JSON.writeValueAsString(measurement);
    }

    /** Adds a line. */
    public void add(Measurement measurement) throws IOException {
        try {
            writer.write(line(measurement));
            writer.write('\n');
        } catch (IOException e) {
            throw failure("writing failed", e);
        }
    }

    /** Puts the finished file in place. */
    public void commit() throws IOException {
        try {
            writer.close();
            Files.move(temporary, target.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure("moving the finished file there failed", e);
        }
    }

    /** Drops what was not committed. */
    @Override
    public void close() throws IOException {
        writer.close();
        Files.deleteIfExists(temporary);
    }

    private IOException failure(String reason, IOException cause) {
        String detail = cause == null ? "" : " (" + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")";
        return new IOException("cannot write " + target + ": " + reason + detail, cause);
    }
}
