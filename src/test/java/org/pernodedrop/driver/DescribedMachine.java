package org.pernodedrop.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A machine with Linux on x86-64 whose files lie in a temporary folder. */
abstract class DescribedMachine {
    static final String DRIVER = "libcuda.so.1";
    static final String CUBLAS = "libcublas.so.12";
    static final String CURAND = "libcurand.so.10";

    final Map<String, String> variables = new HashMap<>();
    final Properties properties = new Properties();

    @TempDir
    Path root;

    @BeforeEach
    void describeTheMachine() {
        properties.setProperty("os.name", "Linux");
        properties.setProperty("os.arch", "amd64");
        properties.setProperty("user.home", root.resolve("home/ada").toString());
    }

    final SearchSettings settings() {
        return new SearchSettings(root, variables, properties);
    }

    final LibrarySearch search() {
        return new LibrarySearch(settings());
    }

    final Path put(String folder, String name) throws IOException {
        return Files.writeString(Files.createDirectories(root.resolve(folder)).resolve(name), "");
    }

    /** A path within the machine, as a variable or property names it. */
    final String in(String folder) {
        return root.resolve(folder).toString();
    }

    static List<String> places(CudaLibraries libraries) {
        return libraries.findings().stream()
                .map(finding -> finding.name() + " " + finding.path())
                .toList();
    }

    static LibraryFinding find(CudaLibraries libraries, String name) {
        return libraries.findings().stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
