package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.pernodedrop.io.PrivateFolder.NotPrivateException;

/**
 * This user's folder for native libraries unpacked from jars: {@code pernodedrop} in the folder named by the system
 * property {@value #PROPERTY}; otherwise in {@code XDG_CACHE_HOME} or in {@code .cache} of the home folder; and if that
 * cannot be created or other users may write to it, a new temporary folder, deleted when the process ends. All are
 * {@link PrivateFolder}s.
 */
public final class NativesFolder {
    /** System property: parent of the folder; if set, no other is tried. */
    public static final String PROPERTY = "pernodedrop.natives";

    private static final String OWN = "pernodedrop";
    private static final Logger LOGGER = Logger.getLogger(NativesFolder.class.getName());
    private static final NativesFolder OF_THIS_PROCESS = new NativesFolder(System.getenv(), System.getProperties());

    private final Map<String, String> variables;
    private final Properties properties;
    private PrivateFolder folder;
    private TemporaryFolder temporary;

    NativesFolder(Map<String, String> variables, Properties properties) {
        this.variables = variables;
        this.properties = properties;
    }

    /** The folder of this process. */
    public static NativesFolder ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    /** A folder in the given one, as if the system property named that. */
    public static NativesFolder in(Path named) {
        Properties properties = new Properties();
        properties.setProperty(PROPERTY, named.toString());
        return new NativesFolder(Map.of(), properties);
    }

    /**
     * The folder of one library's files, inside the folder chosen by the first call.
     *
     * @param library a plain name
     * @throws IOException with a one-line message if there is no private folder, or its content belongs to other users
     */
    public synchronized PrivateFolder of(String library) throws IOException {
        if (folder == null) {
            folder = choose();
        }
        return folder.folder(library);
    }

    /** Whether the folder is a temporary one of this process. */
    public synchronized boolean isTemporary() {
        return temporary != null;
    }

    private PrivateFolder choose() throws IOException {
        String named = properties.getProperty(PROPERTY);
        if (named != null) {
            return named(named);
        }
        String reason;
        try {
            return own(cache());
        } catch (NotPrivateException e) {
            LOGGER.log(Level.WARNING, "native libraries go to a temporary folder: {0}", e.getMessage());
            reason = told(e);
        } catch (IOException e) {
            // Usual in containers, whose users may have no home folder.
            LOGGER.log(Level.FINE, "native libraries go to a temporary folder: {0}", told(e));
            reason = told(e);
        }
        try {
            return temporary();
        } catch (IOException e) {
            throw new IOException(
                    "there is no private folder for native libraries (" + reason + "; " + told(e) + "); name one by -D"
                            + PROPERTY + "=DIR",
                    e);
        }
    }

    private static PrivateFolder named(String named) throws IOException {
        if (named.isBlank()) {
            throw new IOException(PROPERTY + " must name a folder: " + PROPERTY + "=" + named);
        }
        try {
            return own(path(named).resolve(OWN));
        } catch (IOException e) {
            throw new IOException(
                    PROPERTY + " must name a folder that only you can write: " + PROPERTY + "=" + named + " (" + told(e)
                            + ")",
                    e);
        }
    }

    // The message of a FileSystemException is only a file name.
    private static String told(IOException failure) {
        return failure instanceof FileSystemException ? failure.toString() : failure.getMessage();
    }

    private static PrivateFolder own(Path path) throws IOException {
        PrivateFolder folder = PrivateFolder.at(path);
        folder.requireOwnContent();
        return folder;
    }

    private Path cache() throws IOException {
        String caches = variables.get("XDG_CACHE_HOME");
        // The XDG specification says to ignore relative paths.
        if (caches != null && path(caches).isAbsolute()) {
            return path(caches).resolve(OWN);
        }
        // It is ? if the system does not know the user.
        Path home = path(properties.getProperty("user.home", ""));
        if (!home.isAbsolute() || !Files.isDirectory(home)) {
            throw new IOException("there is no home folder: user.home=" + home);
        }
        return home.resolve(".cache").resolve(OWN);
    }

    private static Path path(String name) throws IOException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IOException("not a valid name of a folder: " + name, e);
        }
    }

    private PrivateFolder temporary() throws IOException {
        temporary = TemporaryFolder.create(path(properties.getProperty("java.io.tmpdir")));
        Runtime.getRuntime().addShutdownHook(new Thread(temporary::close, "delete-natives"));
        return temporary.folder();
    }
}
