package org.pernodedrop.app.cli;

import java.io.FileReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StreamTokenizer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.pernodedrop.io.RegularFile;

/** Files of options, which arguments name by an @; they may name others in the same way. */
final class OptionFiles {
    private static final int LAST_CHARACTER = 255;

    private final Set<Path> visited = new HashSet<>();

    private OptionFiles() {}

    /**
     * Refuses files that picocli would fail to read, or wait for: pipes, devices and directories, wherever they are named.
     *
     * @throws RegularFile.NotRegularException if one is a pipe or a device
     * @throws IOException if one is a directory, or cannot be read
     */
    static void require(String[] arguments) throws IOException {
        OptionFiles files = new OptionFiles();
        for (String argument : arguments) {
            files.require(argument);
        }
    }

    // Two of them stand for an argument that begins with one; what is not there, or not for us, is an argument too.
    private void require(String argument) throws IOException {
        if (argument.length() < 2 || argument.charAt(0) != '@' || argument.charAt(1) == '@') {
            return;
        }
        Path file;
        try {
            file = Path.of(argument.substring(1));
        } catch (InvalidPathException e) {
            // No file can be called so: it is an argument like any other.
            return;
        }
        RegularFile.require(file);
        if (!Files.isReadable(file) || !visited.add(file.toAbsolutePath())) {
            return;
        }
        if (Files.isDirectory(file)) {
            throw new IOException(
                    "option file must be a file: " + argument + " names a directory; name a file in it, or write @"
                            + argument + " for an argument that begins with @");
        }
        requireNamedIn(file);
    }

    // Takes a file apart as picocli does.
    private void requireNamedIn(Path file) throws IOException {
        try (Reader reader = new FileReader(file.toFile())) {
            StreamTokenizer tokens = new StreamTokenizer(reader);
            tokens.resetSyntax();
            tokens.wordChars(' ', LAST_CHARACTER);
            tokens.whitespaceChars(0, ' ');
            tokens.quoteChar('"');
            tokens.quoteChar('\'');
            tokens.commentChar('#');
            while (tokens.nextToken() != StreamTokenizer.TT_EOF) {
                if (tokens.sval != null) {
                    require(tokens.sval);
                }
            }
        }
    }
}
