package org.pernodedrop.train;

import java.io.IOException;
import java.util.function.Consumer;
import org.pernodedrop.io.NativesFolder;

/**
 * The native library by which the progress bar asks for the width of the terminal. JLine would unpack it to the folder for
 * temporary files, into a file that it opens even if it is somebody else's.
 */
final class TerminalNatives {
    private static final String PROPERTY = "jline.tmpdir";

    private TerminalNatives() {}

    /**
     * Makes JLine unpack to a private folder, unless somebody chose one before.
     *
     * @param lines is told if none can be had
     * @return whether there is a folder
     */
    static boolean havePrivateFolder(Consumer<String> lines) {
        if (System.getProperty(PROPERTY) == null) {
            try {
                String folder = NativesFolder.ofThisProcess().of("jline").path().toString();
                System.setProperty(PROPERTY, folder);
            } catch (IOException e) {
                lines.accept("no progress bar: " + e.getMessage());
                return false;
            }
        }
        return true;
    }
}
