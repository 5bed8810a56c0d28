package org.pernodedrop.driver;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Inputs of the search for NVIDIA's libraries.
 *
 * @param root folder that absolute paths start from; / except in tests
 * @param variables the environment
 * @param properties system properties
 */
record SearchSettings(Path root, Map<String, String> variables, Properties properties) {
    /** System property: folders to search first, separated as in a class path. */
    static final String LIBRARIES = "pernodedrop.cuda.libraries";

    /** System property: {@code all} (the default), or {@code given} to search only the folders of {@link #LIBRARIES}. */
    static final String SEARCH = "pernodedrop.cuda.search";

    /** System property: {@code true} (the default), or {@code false} to use CUDA only where it is asked for by name. */
    static final String AUTO = "pernodedrop.cuda.auto";

    /** This machine. */
    static SearchSettings ofThisMachine() {
        return new SearchSettings(Path.of(File.separator), System.getenv(), System.getProperties());
    }

    boolean isWindows() {
        return system().contains("windows");
    }

    boolean isLinux() {
        return system().contains("linux");
    }

    /** The platform as JCuda names it, or null where JCuda has no natives. */
    String platform() {
        String processor = properties.getProperty("os.arch", "");
        boolean known = processor.equals("amd64") || processor.equals("x86_64");
        if (!known || !(isLinux() || isWindows())) {
            return null;
        }
        return (isLinux() ? "linux" : "windows") + "-x86_64";
    }

    /** Operating system and processor, as text. */
    String machine() {
        return properties.getProperty("os.name") + " on " + properties.getProperty("os.arch");
    }

    /** The folders of {@link #LIBRARIES}. */
    List<Path> given() {
        return folders(properties.getProperty(LIBRARIES));
    }

    /**
     * Whether only given folders are searched.
     *
     * @throws IllegalArgumentException if the property is neither of its values
     */
    boolean givenOnly() {
        return either(SEARCH, "all", "given").equals("given");
    }

    /**
     * Whether a program that chooses the best device may choose CUDA.
     *
     * @throws IllegalArgumentException if the property is neither of its values
     */
    boolean automatic() {
        return either(AUTO, "true", "false").equals("true");
    }

    private String either(String property, String standard, String other) {
        String value = properties.getProperty(property, standard);
        if (!value.equals(standard) && !value.equals(other)) {
            throw new IllegalArgumentException(
                    property + " must be " + standard + " or " + other + ": " + property + "=" + value);
        }
        return value;
    }

    /** The folders with absolute paths in an environment variable; relative ones are not searched. */
    List<Path> variable(String name) {
        return folders(variables.get(name)).stream().filter(Path::isAbsolute).toList();
    }

    /** The entries of an environment variable as the system's loader reads them: an empty entry is the current folder. */
    List<Path> entries(String name) {
        String list = variables.get(name);
        if (list == null || list.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(list.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry.strip()))
                .toList();
    }

    /** The user's home folder; none if Java reports it as ?, since the system does not know the user. */
    Optional<Path> home() {
        return Optional.of(properties.getProperty("user.home", ""))
                .filter(home -> !home.equals("?"))
                .map(Path::of)
                .filter(Path::isAbsolute);
    }

    private static List<Path> folders(String list) {
        if (list == null) {
            return List.of();
        }
        return Arrays.stream(list.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .map(Path::of)
                .toList();
    }

    private String system() {
        return properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    }
}
