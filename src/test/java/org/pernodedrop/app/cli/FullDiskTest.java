package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be written is named, whatever writes it, and what was there before stays. */
class FullDiskTest {
    @TempDir
    private Path folder;

    @Test
    void whatCannotBeWrittenIsNamed() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/bin/sh")) && Files.isDirectory(Path.of("/proc")),
                "SKIPPED: only Linux can say how long files may become");
        Path run = folder.resolve("run");
        String train = "train --device cpu --threads 1 --limit 500 --network mlp:64 --no-twin --epochs 1 --out ";
        Program.fine(train + run);
        String compare = "compare --device cpu --data vowel --network mlp:4 --limit 100 --regularizers none --seeds 1"
                + " --out ";
        Path compared = folder.resolve("compared");
        Program.fine(compare + compared + " --epochs 1");
        Map<Path, String> before = Program.contents(folder);

        Map<String, String> named = new TreeMap<>();
        named.put(train + run, "checkpoint.safetensors");
        named.put(train + folder.resolve("new"), "new/checkpoint.safetensors");
        named.put("predict --device cpu --model " + run + " --out " + folder.resolve("p"), "p/predictions.csv");
        named.put(compare + folder.resolve("c") + " --epochs 60", "c/runs.jsonl");
        named.put("compare --report-only --out " + compared, "index.html");
        named.put(
                "masks --samples 90 --inputs 10 --outputs 10 --drop-rate 0.5 --npy " + folder.resolve("mask.npy"),
                "mask.npy");
        Path lines = Files.write(folder.resolve("lines"), named.keySet());

        Process process = new ProcessBuilder(Limited.command(lines))
                .redirectErrorStream(true)
                .start();
        List<String> told;
        try (InputStream out = process.getInputStream()) {
            told = new String(out.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        assertEquals(0, process.waitFor(), told.toString());
        List<String> errors =
                told.stream().filter(line -> line.startsWith("error: ")).toList();
        assertEquals(named.size(), errors.size(), told.toString());
        int k = 0;
        for (String file : named.values()) {
            assertTrue(errors.get(k).startsWith("error: cannot write "), errors.get(k));
            assertTrue(errors.get(k).contains(file + ": writing failed"), file + " is not in: " + errors.get(k));
            k++;
        }
        assertEquals(
                named.size(),
                told.stream().filter(line -> line.equals("exit code 1")).count(),
                told.toString());
        Files.delete(lines);
        Files.delete(folder.resolve("c/runs.jsonl"));
        assertEquals(before, Program.contents(folder));
    }

    /** A process whose files may only become a few kilobytes long: writing then fails as on a full disk. */
    static final class Limited {
        private Limited() {}

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
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Limited.class.getName()));
            command.add(lines.toString());
            return command;
        }
    }
}
