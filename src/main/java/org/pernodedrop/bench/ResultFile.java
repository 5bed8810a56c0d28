package org.pernodedrop.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pernodedrop.files.AtomicFile;

/**
 * Measurements as JSON objects, one a line. The file appears, whole, on {@link #commit}: until then lines go to a
 * temporary file beside it, which is opened at once, so that an unwritable place is found before anything is timed.
 */
public final class ResultFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicFile file;
    private final BufferedWriter writer;

    private ResultFile(Path target) throws IOException {
        file = AtomicFile.create(target);
        try {
            writer = Files.newBufferedWriter(file.temporary());
        } catch (IOException e) {
            file.close();
            throw file.failure("the file cannot be opened", e);
        }
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
            throw file.failure("writing failed", e);
        }
    }

    /** Puts the finished file in place. */
    public void commit() throws IOException {
        try {
            writer.close();
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
        file.commit();
    }

    /** Drops what was not committed. */
    @Override
    public void close() throws IOException {
        writer.close();
        file.close();
    }
}
