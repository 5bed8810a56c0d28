package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A folder that belongs to this user, with mode 0700, into which nobody else can put files and in whose place nobody else
 * can put another: libraries that are loaded from elsewhere let others run code as this user.
 */
public final class PrivateFolder {
    private static final String MODE = "rwx------";

    private final Path path;
    private final FolderAccess access;

    private PrivateFolder(Path path, FolderAccess access) {
        this.path = path;
        this.access = access;
    }

    /**
     * The folder of that name, made if it is not there, with folders above it. One of this user's that others may only
     * read is closed to them; one that they may write is refused, for they may have written it.
     *
     * @throws OpenFolderException if it is a symbolic link, belongs to somebody else, or others may write or replace it
     * @throws IOException if it cannot be made or written
     */
    public static PrivateFolder at(Path named) throws IOException {
        Path absolute = named.toAbsolutePath().normalize();
        if (absolute.getParent() == null) {
            throw new OpenFolderException(absolute, "it is the root of a file system");
        }
        Path path = Files.createDirectories(absolute.getParent(), ownerOnly())
                .toRealPath()
                .resolve(absolute.getFileName());
        boolean made = make(path);
        try {
            return checked(path);
        } catch (OpenFolderException e) {
            if (made) {
                Files.delete(path);
            }
            throw e;
        }
    }

    /** Where it lies, without symbolic links. */
    public Path path() {
        return path;
    }

    /** A folder in this one, made if it is not there; it is refused like {@link #at}. */
    public PrivateFolder folder(String name) throws IOException {
        return at(path.resolve(name));
    }

    /**
     * Refuses a folder that holds, at any depth, what belongs to another user: it was open to others once.
     *
     * @throws OpenFolderException naming the first such file or folder
     */
    public void requireOwnContent() throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                access.requireOwner(folder);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    access.requireOwner(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                // Other processes of this user come and go.
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    /**
     * Refuses an existing folder that is not safe from others, and changes nothing.
     *
     * @throws OpenFolderException naming what lets others in
     * @throws IOException if it cannot be written
     */
    public static void require(Path existing) throws IOException {
        Path real = existing.toRealPath();
        FolderAccess.probedIn(real).requirePrivate(real);
    }

    /**
     * Refuses a folder for temporary files in which others could replace a file that this user made there.
     *
     * @throws OpenFolderException naming what lets others do so
     * @throws IOException if it cannot be written
     */
    public static void requireFilesToStay(Path existing) throws IOException {
        Path real = existing.toRealPath();
        FolderAccess.probedIn(real).requireEntriesToStay(real);
    }

    /** What a folder is to be made with to be only for its owner; nothing on Windows, which has no modes. */
    static FileAttribute<?>[] ownerOnly() {
        return FolderAccess.hasModes()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE))}
                : new FileAttribute<?>[0];
    }

    private static boolean make(Path path) throws IOException {
        try {
            Files.createDirectory(path, ownerOnly());
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static PrivateFolder checked(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            throw new OpenFolderException(path, "it is a symbolic link");
        }
        FolderAccess access = FolderAccess.probedIn(path);
        access.requirePrivate(path);
        if (FolderAccess.hasModes()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(MODE));
        }
        return new PrivateFolder(path, access);
    }
}
