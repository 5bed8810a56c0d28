package org.pernodedrop.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder that one command, of all processes and threads, writes to until {@link #close}.
 *
 * <p>It is a lock of the operating system on the file {@value #FILE} in the folder, so that it ends with the process however
 * that ends; the file alone means nothing. On file systems without locks that is told, and the folder is held against other
 * threads of this process only.
 */
public final class FolderLock implements AutoCloseable {
    /** What is locked; deleted at the end. */
    static final String FILE = ".pernodedrop.lock";

    /** Others may delete the folder or the file between two steps of ours, but not so often. */
    private static final int ATTEMPTS = 1000;

    // Far behind the content: where locks keep others from reading too, they can still read who holds it.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;
    private static final Pattern CONTENT = Pattern.compile("process (\\d{1,10}) ");

    // Of this process. Looked at before the file is opened: closing it would end the lock that another thread holds.
    private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final boolean made;
    private final Object identity;
    private final FileChannel locked;
    // Kept open: closing any channel of the file ends the lock.
    private final FileChannel seen;
    private boolean closed;

    private FolderLock(Path path, boolean made, Object identity, FileChannel locked, FileChannel seen) {
        this.path = path;
        this.made = made;
        this.identity = identity;
        this.locked = locked;
        this.seen = seen;
    }

    /**
     * Holds a folder, which is made if it is not there.
     *
     * @param notice told if its file system has no locks
     * @throws InUseException if another command holds it
     * @throws IOException if it cannot be made or written to, with the reason in one line
     */
    public static FolderLock hold(Path folder, Consumer<String> notice) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<FolderLock> lock = attempt(folder, make(folder), notice);
            if (lock.isPresent()) {
                return lock.get();
            }
        }
        throw new IOException(folder + " is removed again and again while it is to be held; name another folder");
    }

    /**
     * Holds a folder that nobody else has: one of that name, or if there is such a thing already, the first of NAME-2,
     * NAME-3 and so on that is not there.
     *
     * @throws IOException as {@link #hold}
     */
    public static FolderLock holdNew(Path folder, Consumer<String> notice) throws IOException {
        makeParent(folder);
        for (int number = 1; ; number++) {
            Path each = number == 1 ? folder : folder.resolveSibling(folder.getFileName() + "-" + number);
            try {
                Files.createDirectory(each);
            } catch (FileAlreadyExistsException e) {
                continue;
            }
            Optional<FolderLock> lock = attempt(each, true, notice);
            if (lock.isPresent()) {
                return lock.get();
            }
        }
    }

    /**
     * Holds a folder that is there already.
     *
     * @throws NotDirectoryException if it is not
     * @throws IOException as {@link #hold}
     */
    public static FolderLock holdExisting(Path folder, Consumer<String> notice) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS && Files.isDirectory(folder); attempt++) {
            Optional<FolderLock> lock = attempt(folder, false, notice);
            if (lock.isPresent()) {
                return lock.get();
            }
        }
        throw new NotDirectoryException(folder.toString());
    }

    private static boolean make(Path folder) throws IOException {
        makeParent(folder);
        try {
            Files.createDirectory(folder);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder) && Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new NotDirectoryException(folder.toString());
            }
            return false;
        }
    }

    private static void makeParent(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        // Java 17 does not make folders where a link to one is.
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
    }

    // Empty if the folder or its file was deleted meanwhile.
    private static Optional<FolderLock> attempt(Path folder, boolean made, Consumer<String> notice) throws IOException {
        Object identity;
        try {
            identity = identity(folder);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!HELD.add(identity)) {
            throw inUse(folder, "this process, " + ProcessHandle.current().pid() + ",");
        }
        FileChannel locked = null;
        FileChannel seen = null;
        FolderLock lock = null;
        try {
            Path file = folder.resolve(FILE);
            locked = open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(folder, locked, notice);
            String content = "process " + ProcessHandle.current().pid() + " " + UUID.randomUUID();
            write(file, locked, content);
            // Whoever held it before may have deleted the file after we had opened it.
            seen = open(file, StandardOpenOption.READ);
            if (content.equals(read(seen))) {
                lock = new FolderLock(folder, made, identity, locked, seen);
            }
        } catch (NoSuchFileException e) {
            // Deleted meanwhile.
        } finally {
            if (lock == null) {
                closeQuietly(seen);
                closeQuietly(locked);
                HELD.remove(identity);
                if (made) {
                    removeIfEmpty(folder);
                }
            }
        }
        return Optional.ofNullable(lock);
    }

    // Different paths may name one folder.
    private static Object identity(Path folder) throws IOException {
        Object key = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
        return key != null ? key : folder.toRealPath();
    }

    // Never through a link, which somebody else may have put there: what it names would be overwritten.
    private static FileChannel open(Path file, OpenOption... options) throws IOException {
        if (isSomethingElse(file)) {
            throw new IOException(file + " is no file; remove it, or name another folder");
        }
        OpenOption[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = LinkOption.NOFOLLOW_LINKS;
        return FileChannel.open(file, all);
    }

    // Looked at once: others may delete it meanwhile.
    private static boolean isSomethingElse(Path file) throws IOException {
        try {
            return !Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void lock(Path folder, FileChannel channel, Consumer<String> notice) throws IOException {
        try {
            if (channel.tryLock(LOCKED_BYTE, 1, false) != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            throw inUse(folder, "this process, " + ProcessHandle.current().pid() + ",");
        } catch (IOException e) {
            notice.accept(folder + " is on a file system without locks (" + e.getMessage()
                    + "): see to it that no other process writes there");
            return;
        }
        Matcher content = CONTENT.matcher(read(channel));
        throw inUse(folder, content.lookingAt() ? "process " + content.group(1) : "another process");
    }

    private static InUseException inUse(Path folder, String holder) {
        return new InUseException(
                folder + " is in use: " + holder + " is writing to it; wait for it, or name another folder by --out");
    }

    private static void write(Path file, FileChannel channel, String content) throws IOException {
        try {
            channel.truncate(0);
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
        } catch (IOException e) {
            // Held, so that it may be deleted.
            Files.deleteIfExists(file);
            throw AtomicFile.failure(file, "writing failed", e);
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
            // Until all is read.
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }

    private static void closeQuietly(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The failure that led here is what is told.
            }
        }
    }

    private static void removeIfEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // Something was written there, or others forbid it: then it stays.
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** Lets others have the folder; removes it if it was made for this and nothing was written to it. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            // While it is held: whoever opened it before finds another one, or none, when it gets the lock.
            Files.deleteIfExists(path.resolve(FILE));
        } catch (IOException e) {
            // Without a lock on it the file means nothing.
        }
        closeQuietly(seen);
        closeQuietly(locked);
        HELD.remove(identity);
        if (made) {
            removeIfEmpty(path);
        }
    }

    /** A folder that another command is writing to. The message is one line: which folder, who, and the way out. */
    public static final class InUseException extends IOException {
        private static final long serialVersionUID = 1;

        InUseException(String message) {
            super(message);
        }
    }
}
