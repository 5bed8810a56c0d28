package org.pernodedrop.driver;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.NativesFolder;

/**
 * NVIDIA's libraries from the jar that the Maven profile {@code cuda-redist} adds to the class path, unpacked once into
 * {@code cuda-libraries} of the user's {@link NativesFolder}.
 */
final class RedistLibraries {
    private static final String RESOURCES = "org/bytedeco/cuda/linux-x86_64/";

    private final ClassLoader classPath;
    private final NativesFolder natives;

    RedistLibraries(ClassLoader classPath, NativesFolder natives) {
        this.classPath = classPath;
        this.natives = natives;
    }

    /** The libraries of this program's class path, for this user. */
    static RedistLibraries ofThisProgram() {
        return new RedistLibraries(RedistLibraries.class.getClassLoader(), NativesFolder.ofThisProcess());
    }

    /** Whether the class path holds a library of that name. */
    boolean holds(String fileName) {
        return classPath.getResource(RESOURCES + fileName) != null;
    }

    /**
     * The file of a library on the class path, unpacked if it was not before. Folders are named by content, so a file is
     * never replaced while a process uses it; a file of a different size is incomplete and is replaced.
     *
     * @throws IOException if it cannot be unpacked, with a one-line message
     */
    Path file(String fileName) throws IOException {
        URL resource = classPath.getResource(RESOURCES + fileName);
        URLConnection connection = resource.openConnection();
        if (!(connection instanceof JarURLConnection jar)) {
            return unpacked(resource);
        }
        // With caches, closing the stream would leave the jar open.
        jar.setUseCaches(false);
        JarEntry entry = jar.getJarEntry();
        try (InputStream content = jar.getInputStream()) {
            Path file = folder(String.format("%08x", entry.getCrc())).resolve(fileName);
            if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
                write(content, file, entry.getSize());
            }
            return file;
        }
    }

    private Path folder(String content) throws IOException {
        try {
            return natives.of("cuda-libraries").folder(content).path();
        } catch (IOException e) {
            throw new IOException("NVIDIA's libraries cannot be unpacked: " + e.getMessage(), e);
        }
    }

    private static void write(InputStream content, Path file, long size) throws IOException {
        try (AtomicFile whole = AtomicFile.create(file)) {
            long written;
            try {
                written = Files.copy(content, whole.temporary(), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw whole.failure("unpacking failed; it needs " + size + " bytes", e);
            }
            if (written != size) {
                throw whole.failure("the jar holds " + written + " of " + size + " bytes", null);
            }
            whole.commit();
        }
    }

    private static Path unpacked(URL file) throws IOException {
        try {
            return Path.of(file.toURI());
        } catch (URISyntaxException e) {
            throw new IOException("no file can be told from " + file, e);
        }
    }
}
