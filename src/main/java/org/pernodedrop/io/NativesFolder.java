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
 * The folder of this user for native libraries that come inside jars: {@code pernodedrop} in the folder that the system
 * property {@value #PROPERTY} names; else in {@code XDG_CACHE_HOME} or in {@code .cache} of the home folder; and where that
 * cannot be had or would be open to others, a new temporary folder, deleted when the process ends. All are {@link
 * PrivateFolder}s.
 */
public final class NativesFolder {
    /** System property: the folder to make ours in; no other is tried then. */
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

    /** That of this process. */
    public static NativesFolder ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    /** One in a folder, as if the system property named it. */
    public static NativesFolder in(Path named) {
        Properties properties = new Properties();
        properties.setProperty(PROPERTY, named.toString());
        return new NativesFolder(Map.of(), properties);
    }

    /**
     * The folder of one library's natives, in the one that was chosen when this was first asked.
     *
     * @param library a plain name
     * @throws IOException if no private folder can be had, with a one-line message; or if what is there belongs to others
     */
    public synchronized PrivateFolder of(String library) throws IOException {
        if (folder == null) {
            folder = choose();
        }
        return folder.folder(library);
    }

    /** Whether it is only for this process. */
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
            // As in containers, for users without a home.
            LOGGER.log(Level.FINE, "native libraries go to a temporary folder: {0}", told(e));
            reason = told(e);
        }
        try {
            return temporary();
        } catch (IOException e) {
            throw new IOException(
                    "no private folder can be had for native libraries (" + reason + "; " + told(e)
                            + "); name one by -D" + PROPERTY + "=DIR",
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

    // The messages of the system's own exceptions are bare names of files.
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
        // As the specification of that variable asks for.
        if (caches != null && path(caches).isAbsolute()) {
            return path(caches).resolve(OWN);
        }
        // It is ? for users that the system does not know.
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
            throw new IOException("no folder has such a name: " + name, e);
        }
    }

    private PrivateFolder temporary() throws IOException {
        temporary = TemporaryFolder.create(path(properties.getProperty("java.io.tmpdir")));
        Runtime.getRuntime().addShutdownHook(new Thread(temporary::close, "delete-natives"));
        return temporary.folder();
    }
}
