package org.pernodedrop.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.pernodedrop.files.RegularFile;

/** Files of options, which arguments name by an @. */
final class OptionFiles {
    private OptionFiles() {}

    /**
     * Refuses pipes and devices, which picocli would open and perhaps wait for.
     *
     * @throws RegularFile.NotRegularException if an argument names one
     */
    static void require(String[] arguments) throws RegularFile.NotRegularException {
        for (String argument : arguments) {
            if (argument.length() > 1 && argument.startsWith("@")) {
                try {
                    RegularFile.require(Path.of(argument.substring(1)));
                } catch (InvalidPathException e) {
                    // No file can be called so: it is an argument like any other.
                }
            }
        }
    }
}
