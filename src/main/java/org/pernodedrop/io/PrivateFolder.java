package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;

/**
 * A folder of this user with mode 0700 that no other user can write to or replace. Libraries loaded from any other
 * place would let others run code as this user.
 */
public final class PrivateFolder {
    private static final String MODE = "rwx------";

    private final Path path;
    private final Access access;

    private PrivateFolder(Path path, Access access) {
        this.path = path;
        this.access = access;
    }

    /**
     * The folder of that name, created with its parents if it does not exist. If others may only read it, its mode is
     * set to 0700; if they may write to it, it is refused, since they may have done so.
     *
     * @throws NotPrivateException if it is a symbolic link, belongs to another user, or others may write to or replace
     *     it
     * @throws IOException if it cannot be created or written to
     */
    public static PrivateFolder at(Path named) throws IOException {
        Path absolute = named.toAbsolutePath().normalize();
        if (absolute.getParent() == null) {
            throw new NotPrivateException(absolute, "it is the root of a file system");
        }
        Path path = Files.createDirectories(absolute.getParent(), ownerOnly())
                .toRealPath()
                .resolve(absolute.getFileName());
        boolean made = make(path);
        try {
            return checked(path);
        } catch (NotPrivateException e) {
            if (made) {
                Files.delete(path);
            }
            throw e;
        }
    }

    /** The path, without symbolic links. */
    public Path path() {
        return path;
    }

    /** A folder in this one, created if it does not exist; refused as by {@link #at}. */
    public PrivateFolder folder(String name) throws IOException {
        return at(path.resolve(name));
    }

    /**
     * Refuses a folder that holds, at any depth, a file of another user: others could write to it once.
     *
     * @throws NotPrivateException naming the first such file or folder
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
                // Another process of this user may have deleted the file.
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    /**
     * Refuses an existing folder that other users can write to or replace; changes nothing.
     *
     * @throws NotPrivateException naming the folder or parent that others can write to
     * @throws IOException if it cannot be written
     */
    public static void require(Path existing) throws IOException {
        Path real = existing.toRealPath();
        Access.probedIn(real).requirePrivate(real);
    }

    /**
     * Refuses a folder for temporary files in which others could replace this user's files.
     *
     * @throws NotPrivateException naming the folder that allows it
     * @throws IOException if it cannot be written
     */
    public static void requireFilesToStay(Path existing) throws IOException {
        Path real = existing.toRealPath();
        Access.probedIn(real).requireEntriesToStay(real);
    }

    /** Attributes that give a new folder mode 0700; none on Windows, which has no modes. */
    static FileAttribute<?>[] ownerOnly() {
        return Access.hasModes()
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
            throw new NotPrivateException(path, "it is a symbolic link");
        }
        Access access = Access.probedIn(path);
        access.requirePrivate(path);
        if (Access.hasModes()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(MODE));
        }
        return new PrivateFolder(path, access);
    }

    /** Other users can write to or replace a folder. The one-line message names the folder and the reason. */
    public static final class NotPrivateException extends IOException {
        private static final long serialVersionUID = 1;

        NotPrivateException(Path path, String reason) {
            super("other users could put files there: " + path + ": " + reason);
        }
    }

    /**
     * Decides by owners and modes who may write to a folder or replace it.
     *
     * <p>This user, root, and the owner of the file system's root (who can replace everything) are trusted. Windows has
     * no modes: only owners are compared there, and the access lists of the user's folders protect the rest.
     *
     * @param user owner of the files that this process creates
     */
    record Access(UserPrincipal user) {
        private static final int STICKY = 01000;
        private static final int GROUP_WRITES = 0020;
        private static final int OTHERS_WRITE = 0002;
        private static final int ROOT = 0;

        /** The access of this process's user, found by creating a file in a folder. */
        static Access probedIn(Path folder) throws IOException {
            Path probe = Files.createTempFile(folder, "owner", ".probe");
            try {
                return new Access(Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS));
            } finally {
                Files.delete(probe);
            }
        }

        static boolean hasModes() {
            return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
        }

        /** Refuses a folder, named without symbolic links, that users other than trusted ones can write or replace. */
        void requirePrivate(Path folder) throws NotPrivateException {
            requireEntriesToStay(folder.getParent());
            requireOwn(folder);
            if (hasModes() && (mode(attributes(folder)) & (GROUP_WRITES | OTHERS_WRITE)) != 0) {
                throw new NotPrivateException(folder, "other users may write it");
            }
        }

        /** Refuses everything but a folder of this user; a symbolic link to one is refused. */
        void requireOwn(Path folder) throws NotPrivateException {
            requireFolder(folder);
            requireOwner(folder);
        }

        /** Refuses a file or folder of another user. */
        void requireOwner(Path entry) throws NotPrivateException {
            UserPrincipal owner = owner(entry);
            if (!owner.equals(user)) {
                throw new NotPrivateException(entry, "it belongs to " + owner.getName() + ", not to " + user.getName());
            }
        }

        /**
         * Refuses a folder in which others can replace the entries of trusted users. A folder like /tmp passes:
         * everybody may write to it, but the sticky bit lets only owners replace entries.
         *
         * @param folder without symbolic links
         */
        void requireEntriesToStay(Path folder) throws NotPrivateException {
            if (folder == null) {
                return;
            }
            // From the root down: an entry can be trusted only if its folder can.
            requireEntriesToStay(folder.getParent());
            requireFolder(folder);
            if (!hasModes()) {
                return;
            }
            Map<String, Object> attributes = attributes(folder);
            if (!isTrusted(attributes, folder)) {
                throw new NotPrivateException(
                        folder, "it belongs to " + owner(folder).getName());
            }
            int mode = mode(attributes);
            boolean groupMayReplace = (mode & GROUP_WRITES) != 0 && !isOwnersGroup(attributes);
            if ((mode & STICKY) == 0 && ((mode & OTHERS_WRITE) != 0 || groupMayReplace)) {
                throw new NotPrivateException(folder, "other users may write it");
            }
        }

        private boolean isTrusted(Map<String, Object> attributes, Path folder) throws NotPrivateException {
            return attributes.get("owner").equals(user)
                    || attributes.get("uid").equals(ROOT)
                    || attributes.get("owner").equals(owner(folder.getRoot()));
        }

        // Many distributions give each user a group of the same name with no other member.
        private static boolean isOwnersGroup(Map<String, Object> attributes) {
            return attributes
                    .get("group")
                    .toString()
                    .equals(attributes.get("owner").toString());
        }

        private static void requireFolder(Path folder) throws NotPrivateException {
            if (Files.isSymbolicLink(folder)) {
                throw new NotPrivateException(folder, "it is a symbolic link");
            }
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new NotPrivateException(folder, "it is not a folder");
            }
        }

        private static int mode(Map<String, Object> attributes) {
            return (int) attributes.get("mode");
        }

        private static Map<String, Object> attributes(Path path) throws NotPrivateException {
            try {
                return Files.readAttributes(path, "unix:mode,uid,owner,group", LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                throw new NotPrivateException(path, "its owner and mode cannot be read: " + e);
            }
        }

        private static UserPrincipal owner(Path path) throws NotPrivateException {
            try {
                return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                throw new NotPrivateException(path, "its owner cannot be read: " + e);
            }
        }
    }
}
