package org.pernodedrop.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.pernodedrop.io.PrivateFolder.Access;
import org.pernodedrop.io.PrivateFolder.NotPrivateException;

/**
 * A {@link PrivateFolder} with an unpredictable name in the folder for temporary files, deleted by {@link #close}. Each
 * process holds a lock on a file in its folder while it runs, so that later processes can find and delete folders that
 * killed processes left behind or that Windows did not let them delete.
 */
public final class TemporaryFolder implements AutoCloseable {
    private static final String PREFIX = "pernodedrop-natives-";
    private static final String LOCK = ".lock";
    private static final int TRIES = 3;

    private final PrivateFolder folder;
    private final FileChannel channel;

    private TemporaryFolder(PrivateFolder folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Creates one in the folder of the system property {@code java.io.tmpdir}.
     *
     * @throws NotPrivateException if other users could replace it
     * @throws IOException if it cannot be created
     */
    public static TemporaryFolder create() throws IOException {
        return create(Path.of(System.getProperty("java.io.tmpdir")));
    }

    static TemporaryFolder create(Path parent) throws IOException {
        Path real = parent.toRealPath();
        sweep(real);
        for (int attempt = 1; ; attempt++) {
            TemporaryFolder folder = tryIn(real);
            if (folder != null) {
                return folder;
            }
            if (attempt == TRIES) {
                throw new IOException("no temporary folder can be locked in " + real);
            }
        }
    }

    /** The folder. */
    public PrivateFolder folder() {
        return folder;
    }

    /** Deletes the folder, as far as the system allows. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock is released when the process ends.
        }
        delete(folder.path());
    }

    // Another process may sweep between the creation of the lock file and the lock.
    private static TemporaryFolder tryIn(Path parent) throws IOException {
        Path made = Files.createTempDirectory(
                parent, PREFIX + ProcessHandle.current().pid() + "-");
        FileChannel channel = null;
        boolean locked = false;
        try {
            PrivateFolder folder = PrivateFolder.at(made);
            Path file = made.resolve(LOCK);
            channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            locked = channel.tryLock() != null && Files.exists(file);
            return locked ? new TemporaryFolder(folder, channel) : null;
        } finally {
            if (!locked) {
                if (channel != null) {
                    channel.close();
                }
                delete(made);
            }
        }
    }

    /** Deletes folders that ended processes of this user left behind. */
    static void sweep(Path parent) throws IOException {
        Access access = Access.probedIn(parent);
        String own = PREFIX + ProcessHandle.current().pid() + "-";
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path path : left) {
                if (!path.getFileName().toString().startsWith(own) && isAbandoned(path, access)) {
                    delete(path);
                }
            }
        }
    }

    private static boolean isAbandoned(Path path, Access access) {
        try {
            // Another user's symbolic link must not lead to other folders.
            access.requireOwn(path);
            try (FileChannel channel =
                            FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                    FileLock lock = channel.tryLock()) {
                return lock != null;
            }
        } catch (IOException e) {
            // It belongs to another user, or another process is creating or deleting it.
            return false;
        }
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    // The lock file is deleted last: later sweeps recognise an incompletely deleted folder by it.
                    if (!file.equals(folder.resolve(LOCK))) {
                        Files.deleteIfExists(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                    if (visited.equals(folder)) {
                        Files.deleteIfExists(folder.resolve(LOCK));
                    }
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // Windows does not delete loaded libraries; a later process sweeps.
            return;
        }
    }
}
