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
 * Exclusive access of one command, among all processes and threads, to a folder until {@link #close}.
 *
 * <p>The operating system locks the file {@value #FILE} in the folder and releases the lock when the process ends, even
 * if it is killed; the file alone means nothing. On file systems without locks a notice says so, and only other threads
 * of this process are excluded.
 */
public final class FolderLock implements AutoCloseable {
    /** The locked file; deleted by {@link #close}. */
    static final String FILE = ".pernodedrop.lock";

    /** Other processes may delete the folder or the file between two steps; after so many attempts this gives up. */
    private static final int ATTEMPTS = 1000;

    // Far behind the content: where locks prevent reading, too, others can still read which process holds the lock.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;
    private static final Pattern CONTENT = Pattern.compile("process (\\d{1,10}) ");

    // Folders that this process holds. Checked before the file is opened: closing a second channel would release the
    // lock of another thread.
    private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final boolean made;
    private final Object identity;
    private final FileChannel locked;
    // Kept open: closing any channel of the file releases the lock.
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
     * Locks a folder, which is created if it does not exist.
     *
     * @param notice receives one line if the file system has no locks
     * @throws InUseException if another command holds it
     * @throws IOException with a one-line reason if it cannot be created or written to
     */
    public static FolderLock hold(Path folder, Consumer<String> notice) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<FolderLock> lock = attempt(folder, make(folder), notice);
            if (lock.isPresent()) {
                return lock.get();
            }
        }
        throw new IOException(folder + " is being deleted repeatedly while it is locked; name another folder");
    }

    /**
     * Creates and locks a new folder: of that name, or if that exists, the first of NAME-2, NAME-3 and so on that does
     * not.
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
     * Locks an existing folder.
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
            if (isOtherThanFolder(folder)) {
                throw new NotDirectoryException(folder.toString());
            }
            return false;
        }
    }

    // One system call, except for links: another process may delete and create the folder between two.
    private static boolean isOtherThanFolder(Path folder) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isSymbolicLink() ? !Files.isDirectory(folder) : !found.isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void makeParent(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        // Java 17 fails to create a folder in place of a symbolic link to one.
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
    }

    // Empty if another process deleted the folder or its file meanwhile.
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
            // The previous holder may have deleted the file after it was opened here: then the name denotes another
            // file, or none.
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

    // Different paths may denote the same folder.
    private static Object identity(Path folder) throws IOException {
        Object key = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
        return key != null ? key : folder.toRealPath();
    }

    // Does not follow a symbolic link, which another user may have put there: its target would be overwritten.
    private static FileChannel open(Path file, OpenOption... options) throws IOException {
        if (isSomethingElse(file)) {
            throw new IOException(file + " is not a regular file; remove it, or name another folder");
        }
        OpenOption[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = LinkOption.NOFOLLOW_LINKS;
        return FileChannel.open(file, all);
    }

    // One system call: another process may delete the file between two.
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
                    + "): make sure that no other process writes to it");
            return;
        }
        Matcher content = CONTENT.matcher(read(channel));
        throw inUse(folder, content.lookingAt() ? "process " + content.group(1) : "another process");
    }

    private static InUseException inUse(Path folder, String holder) {
        return new InUseException(
                folder + " is in use: " + holder + " is writing to it; wait for it, or name another folder (--out)");
    }

    private static void write(Path file, FileChannel channel, String content) throws IOException {
        try {
            channel.truncate(0);
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
        } catch (IOException e) {
            // The lock is held, so the file may be deleted.
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
                // The earlier failure is reported instead.
            }
        }
    }

    private static void removeIfEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // The folder is not empty, or may not be deleted: it stays.
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** Releases the lock; removes the folder if this created it and it is empty. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            // Deleted before the lock is released: a process that has opened the file then finds another one, or none.
            Files.deleteIfExists(path.resolve(FILE));
        } catch (IOException e) {
            // Without a lock the file means nothing.
        }
        closeQuietly(seen);
        closeQuietly(locked);
        HELD.remove(identity);
        if (made) {
            removeIfEmpty(path);
        }
    }

    /** Another command has locked the folder. The one-line message names the folder, the process and the remedy. */
    public static final class InUseException extends IOException {
        private static final long serialVersionUID = 1;

        InUseException(String message) {
            super(message);
        }
    }
}
