package org.pernodedrop.io;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pernodedrop.io.FolderLock.InUseException;

/** A process that locks a folder: once until its input ends, or a given number of times. */
final class FolderHolder {
    private FolderHolder() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        if (arguments.length > 1) {
            inTurn(folder, Integer.parseInt(arguments[1]));
            return;
        }
        try (FolderLock lock = FolderLock.hold(folder, notice -> {})) {
            System.out.println("held " + lock.path());
            System.in.read();
        }
    }

    static Process start(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 6];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command[1] = "-XX:TieredStopAtLevel=1";
        command[2] = "-Xshare:auto";
        command[3] = "-cp";
        command[4] = folderOf(FolderHolder.class) + File.pathSeparator + folderOf(FolderLock.class);
        command[5] = FolderHolder.class.getName();
        System.arraycopy(arguments, 0, command, 6, arguments.length);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    // The class path of a build may be too long for a command line, or in a file.
    private static Path folderOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fails if another process holds the lock at the same time. */
    static void inTurn(Path folder, int times) throws IOException {
        for (int held = 0; held < times; ) {
            try (FolderLock lock = FolderLock.hold(folder, notice -> {})) {
                Path mine = Files.createFile(lock.path().resolve("mine"));
                Files.delete(mine);
                held++;
            } catch (InUseException e) {
                Thread.onSpinWait();
            }
        }
    }
}
