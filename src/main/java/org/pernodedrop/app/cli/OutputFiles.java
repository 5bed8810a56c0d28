package org.pernodedrop.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.FileSet;
import org.pernodedrop.io.FolderLock;
import org.pernodedrop.io.FolderLock.InUseException;

/** Files that a command writes to the folder {@code --out}: together they replace the earlier ones. */
final class OutputFiles implements AutoCloseable {
    private static final String WAY_OUT = "; name a directory that can be written to by --out";

    private final FileSet files;
    private boolean committed;

    private OutputFiles(FileSet files) {
        this.files = files;
    }

    /**
     * Refuses a folder with a file that would be replaced but was not written by this command.
     *
     * @param own whether a file of the kind was written by the command that would replace it
     * @throws IOException naming it
     */
    static void requireOwn(FolderLock held, FileSet.Kind kind, Predicate<Path> own) throws IOException {
        try {
            // An interrupted replacement is completed or undone first: with files missing the origin of the others is
            // unknown.
            FileSet.recover(held, kind);
        } catch (IOException e) {
            throw unwritable(held, e);
        }
        for (String name : kind.files()) {
            Path file = held.path().resolve(name);
            boolean isFile = Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(file);
            if (isFile && !own.test(file)) {
                throw new IOException("out holds a file that would be replaced and that this command has not written: "
                        + file + "; move it away, or name another directory by --out");
            }
        }
    }

    /** Calls {@link #requireOwn}, then {@link #begin}. */
    static OutputFiles replace(FolderLock held, FileSet.Kind kind, Predicate<Path> own) throws IOException {
        requireOwn(held, kind, own);
        return begin(held, kind);
    }

    /**
     * Begins to write files to a folder.
     *
     * @throws IOException with a one-line message if it cannot be written to
     */
    static OutputFiles begin(FolderLock held, FileSet.Kind kind) throws IOException {
        try {
            return new OutputFiles(FileSet.begin(held, kind));
        } catch (IOException e) {
            throw unwritable(held, e);
        }
    }

    private static IOException unwritable(FolderLock held, IOException e) {
        return new IOException(
                "out cannot be written to: out=" + held.path() + " (" + e.getMessage() + ")" + WAY_OUT, e);
    }

    /**
     * Locks a folder, which is created if necessary.
     *
     * @throws IOException with a one-line message if it cannot be had
     */
    static FolderLock hold(Path out, Consumer<String> notice) throws IOException {
        try {
            return FolderLock.hold(out, notice);
        } catch (InUseException e) {
            throw e;
        } catch (NotDirectoryException e) {
            throw new IOException("out is a file: out=" + out + WAY_OUT, e);
        } catch (IOException e) {
            throw new IOException(
                    "out cannot be written to: out=" + out + " (" + AtomicFile.reason(e) + ")" + WAY_OUT, e);
        }
    }

    /** The folder to write to until they are committed. */
    Path path() {
        return files.path();
    }

    /** Moves all written files to their final names. */
    void commit() throws IOException {
        files.commit();
        committed = true;
    }

    /** Deletes files that were not committed. */
    @Override
    public void close() throws IOException {
        if (!committed) {
            files.drop();
        }
    }
}
