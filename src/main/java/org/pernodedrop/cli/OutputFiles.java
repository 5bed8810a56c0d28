package org.pernodedrop.cli;

import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.pernodedrop.files.AtomicFile;
import org.pernodedrop.files.FileSet;
import org.pernodedrop.files.FolderInUseException;
import org.pernodedrop.files.FolderLock;

/** Files that a command writes to the folder that {@code --out} names: all of them replace earlier ones at once. */
final class OutputFiles implements AutoCloseable {
    private static final String WAY_OUT = "; name a directory that can be written to by --out";

    private final FileSet files;
    private boolean committed;

    private OutputFiles(FileSet files) {
        this.files = files;
    }

    /**
     * Starts files in a folder.
     *
     * @throws IOException with a one-line message if it cannot be written to
     */
    static OutputFiles begin(FolderLock held, FileSet.Kind kind) throws IOException {
        try {
            return new OutputFiles(FileSet.begin(held, kind));
        } catch (IOException e) {
            throw new IOException(
                    "out cannot be written to: out=" + held.path() + " (" + e.getMessage() + ")" + WAY_OUT, e);
        }
    }

    /**
     * Holds a folder, which is made if need be.
     *
     * @throws IOException with a one-line message if it cannot be had
     */
    static FolderLock hold(Path out, Consumer<String> notice) throws IOException {
        try {
            return FolderLock.hold(out, notice);
        } catch (FolderInUseException e) {
            throw e;
        } catch (NotDirectoryException e) {
            throw new IOException("out is a file: out=" + out + WAY_OUT, e);
        } catch (IOException e) {
            throw new IOException(
                    "out cannot be written to: out=" + out + " (" + AtomicFile.reason(e) + ")" + WAY_OUT, e);
        }
    }

    /** Where to write them. */
    Path path() {
        return files.path();
    }

    /** Puts all that was written in its place. */
    void commit() throws IOException {
        files.commit();
        committed = true;
    }

    /** Deletes what was not put in its place. */
    @Override
    public void close() throws IOException {
        if (!committed) {
            files.drop();
        }
    }
}
