package org.pernodedrop.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** Files that every user of the machine may have put where they are, as their modes and those of their folders tell. */
final class PublicFiles {
    private PublicFiles() {}

    /** Whether everybody may write a file or its folder, be that through links; not where files have no modes. */
    static boolean mayBeOfAnybody(Path file) {
        try {
            Path real = file.toRealPath();
            return isPublic(file.toAbsolutePath().getParent()) || isPublic(real.getParent()) || isPublic(real);
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IOException e) {
            // What cannot be looked at cannot be loaded either; the loader says why.
            return false;
        }
    }

    private static boolean isPublic(Path path) throws IOException {
        return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE);
    }
}
