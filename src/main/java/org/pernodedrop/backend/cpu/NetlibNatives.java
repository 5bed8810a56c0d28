package org.pernodedrop.backend.cpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.pernodedrop.io.PrivateFolder;

/**
 * The small library by which netlib calls a native BLAS. netlib copies it to a file of a random name in the folder for
 * temporary files, which cannot be told otherwise, and leaves it there when the process is killed. Here that folder is
 * checked before, and the copy deleted as soon as it is loaded, where the system shows its name (Linux); elsewhere netlib
 * deletes it when the process ends.
 */
final class NetlibNatives {
    private static final String CLASS = "dev.ludovic.netlib.blas.JNIBLAS";
    private static final String COPY = "libnetlibblasjni";
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private NetlibNatives() {}

    /**
     * Loads it, where that was not done before.
     *
     * @throws UncheckedIOException if others could replace the copy before it is loaded
     */
    static void load() throws ClassNotFoundException {
        Set<Path> before;
        try {
            PrivateFolder.requireFilesToStay(temporaryFiles());
            before = loadedCopies();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "netlib's natives cannot be unpacked safely (" + e.getMessage()
                            + "); choose another folder for temporary files by -Djava.io.tmpdir=DIR",
                    e);
        }
        Class.forName(CLASS);
        try {
            Set<Path> copies = loadedCopies();
            copies.removeAll(before);
            for (Path copy : copies) {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            // Then netlib deletes it when the process ends.
            return;
        }
    }

    /** Where the JDK makes temporary files, which it decides once: the property may have changed since. */
    private static Path temporaryFiles() throws IOException {
        Path probe = Files.createTempFile("pernodedrop", ".probe");
        Files.delete(probe);
        return probe.toAbsolutePath().getParent();
    }

    /** Copies that this process has loaded; none where the system does not tell. */
    private static Set<Path> loadedCopies() throws IOException {
        Set<Path> copies = new HashSet<>();
        if (!Files.isReadable(MAPPINGS)) {
            return copies;
        }
        // Not by text as UTF-8: other libraries may have any names.
        String mappings = new String(Files.readAllBytes(MAPPINGS), StandardCharsets.ISO_8859_1);
        for (String line : mappings.split("\n")) {
            int path = line.indexOf('/');
            if (path >= 0 && line.substring(line.lastIndexOf('/') + 1).matches(COPY + "\\d+\\.so")) {
                byte[] name = line.substring(path).getBytes(StandardCharsets.ISO_8859_1);
                copies.add(Path.of(new String(name, StandardCharsets.UTF_8)));
            }
        }
        return copies;
    }
}
