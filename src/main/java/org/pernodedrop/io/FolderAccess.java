package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;

/**
 * Who may put files into a folder or put another folder in its place, as owners and modes tell.
 *
 * <p>Trusted are this user, root, and the owner of the file system's root, who could replace everything else too. Windows
 * has no modes: there only owners are compared, and the rest is left to the access lists of the user's own folders.
 *
 * @param user who owns the files that this process makes
 */
record FolderAccess(UserPrincipal user) {
    private static final int STICKY = 01000;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int ROOT = 0;

    /** That of this process, told by a file that it makes in a folder. */
    static FolderAccess probedIn(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, "owner", ".probe");
        try {
            return new FolderAccess(Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS));
        } finally {
            Files.delete(probe);
        }
    }

    static boolean hasModes() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    }

    /**
     * Refuses a folder that anybody but trusted users can write or replace.
     *
     * @param folder without symbolic links
     */
    void requirePrivate(Path folder) throws OpenFolderException {
        requireEntriesToStay(folder.getParent());
        requireOwn(folder);
        if (hasModes() && (mode(attributes(folder)) & (GROUP_WRITES | OTHERS_WRITE)) != 0) {
            throw new OpenFolderException(folder, "other users may write it");
        }
    }

    /** Refuses what is not a folder of this user itself, such as a symbolic link. */
    void requireOwn(Path folder) throws OpenFolderException {
        requireFolder(folder);
        requireOwner(folder);
    }

    /** Refuses a file or folder of another user. */
    void requireOwner(Path entry) throws OpenFolderException {
        UserPrincipal owner = owner(entry);
        if (!owner.equals(user)) {
            throw new OpenFolderException(entry, "it belongs to " + owner.getName() + ", not to " + user.getName());
        }
    }

    /**
     * Refuses a folder in which others can replace what trusted users put there. One like /tmp passes, where everybody
     * may write but its sticky bit keeps entries to their owners.
     *
     * @param folder without symbolic links
     */
    void requireEntriesToStay(Path folder) throws OpenFolderException {
        if (folder == null) {
            return;
        }
        // From the root down: what stands below a folder can be trusted once that folder is.
        requireEntriesToStay(folder.getParent());
        requireFolder(folder);
        if (!hasModes()) {
            return;
        }
        Map<String, Object> attributes = attributes(folder);
        if (!isTrusted(attributes, folder)) {
            throw new OpenFolderException(
                    folder, "it belongs to " + owner(folder).getName());
        }
        int mode = mode(attributes);
        boolean groupMayReplace = (mode & GROUP_WRITES) != 0 && !isOwnersGroup(attributes);
        if ((mode & STICKY) == 0 && ((mode & OTHERS_WRITE) != 0 || groupMayReplace)) {
            throw new OpenFolderException(folder, "other users may write it");
        }
    }

    private boolean isTrusted(Map<String, Object> attributes, Path folder) throws OpenFolderException {
        return attributes.get("owner").equals(user)
                || attributes.get("uid").equals(ROOT)
                || attributes.get("owner").equals(owner(folder.getRoot()));
    }

    // Many distributions give each user a group of that name, whose only member the user is.
    private static boolean isOwnersGroup(Map<String, Object> attributes) {
        return attributes.get("group").toString().equals(attributes.get("owner").toString());
    }

    private static void requireFolder(Path folder) throws OpenFolderException {
        if (Files.isSymbolicLink(folder)) {
            throw new OpenFolderException(folder, "it is a symbolic link");
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new OpenFolderException(folder, "it is not a folder");
        }
    }

    private static int mode(Map<String, Object> attributes) {
        return (int) attributes.get("mode");
    }

    private static Map<String, Object> attributes(Path path) throws OpenFolderException {
        try {
            return Files.readAttributes(path, "unix:mode,uid,owner,group", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new OpenFolderException(path, "its owner and mode cannot be told: " + e);
        }
    }

    private static UserPrincipal owner(Path path) throws OpenFolderException {
        try {
            return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new OpenFolderException(path, "its owner cannot be told: " + e);
        }
    }
}
