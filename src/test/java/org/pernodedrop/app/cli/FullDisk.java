package org.pernodedrop.app.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process whose files may only become a few kilobytes long: writing then fails as on a full disk. */
final class FullDisk {
    private FullDisk() {}

    /** Runs the program with each line of a file, and tells the exit codes. */
    public static void main(String[] arguments) throws Exception {
        PrintWriter told = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            int code = Main.run(line.split(" "), new PrintWriter(PrintWriter.nullWriter()), told);
            told.println("exit code " + code);
        }
    }

    static List<String> command(Path lines) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 8; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The virtual machine's own file is longer.
        command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Dpernodedrop.blas=java"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FullDisk.class.getName()));
        command.add(lines.toString());
        return command;
    }
}
