package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.train.SavedRun;

/**
 * Training that is killed, for real and again and again, at any moment: the last checkpoint is there, and what comes
 * out in the end is what an uninterrupted run gives. {@code -Dpernodedrop.test.kills=200} says how often; every epoch
 * writes a checkpoint, so that kills hit some that are being written.
 */
@Tag("thorough")
class KilledTrainingTest {
    private static final int KILLS = Integer.getInteger("pernodedrop.test.kills", 6);
    private static final String SETTINGS = "train --limit 60 --network mlp:256,256 --threads 1 --no-twin --device cpu";

    // Starts fast: neither the vector unit nor OpenBLAS.
    private static final List<String> JAVA = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Dpernodedrop.blas=java",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());

    @TempDir
    private Path folder;

    private static Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(JAVA);
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void finish(List<String> arguments) throws Exception {
        Process process = start(arguments);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "it does not end");
        assertEquals(Main.OK, process.exitValue());
    }

    private static List<String> training(Path directory, int epochs, int interval) {
        List<String> arguments = new ArrayList<>(List.of(SETTINGS.split(" ")));
        arguments.addAll(List.of("--out", directory.toString()));
        arguments.addAll(List.of("--epochs", Integer.toString(epochs)));
        arguments.addAll(List.of("--checkpoint-interval", Integer.toString(interval)));
        return arguments;
    }

    @Test
    void nothingIsLost() throws Exception {
        Random random = new Random(17);
        Path directory = folder.resolve("killed");
        Path checkpoint = directory.resolve("checkpoint.safetensors");
        List<String> first = training(directory, 1_000_000, 0);
        List<String> next = List.of("train", "--resume", directory.toString());
        int finished = 0;
        int whileWriting = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            FileTime before = modified(checkpoint);
            Process process = start(kill == 0 ? first : next);
            // Now and then while it still starts, else once it has written its first checkpoint.
            boolean early = kill % 8 == 7;
            while (!early && modified(checkpoint).equals(before)) {
                assertTrue(process.isAlive(), "it ended without a checkpoint");
                Thread.sleep(1);
            }
            // On a busy machine an epoch may take longer than all the time between kills: once it gets what it takes.
            while (kill == KILLS / 2 && epochs(checkpoint) == 0) {
                assertTrue(process.isAlive(), "it ended without an epoch");
                Thread.sleep(10);
            }
            assertFalse(
                    process.waitFor(random.nextInt(0, 400), TimeUnit.MILLISECONDS), "it ended before it was killed");
            process.destroyForcibly().waitFor();
            whileWriting += hasLeftovers(directory) ? 1 : 0;
            int epochs = epochs(checkpoint);
            assertTrue(epochs >= finished, "epochs were lost: " + epochs + " after " + finished);
            finished = epochs;
        }
        System.out.printf("%d kills, %d of them while a file was written, %d epochs%n", KILLS, whileWriting, finished);
        assertTrue(finished > 0, "no epoch was finished between the kills");
        int all = finished + 2;
        finish(List.of("train", "--resume", directory.toString(), "--epochs", Integer.toString(all)));
        assertFalse(hasLeftovers(directory));
        Path uninterrupted = folder.resolve("uninterrupted");
        finish(training(uninterrupted, all, 3600));
        ResumeTest.assertSameRuns(uninterrupted, directory, false);
        assertEquals(all, epochs(checkpoint));
    }

    private static int epochs(Path checkpoint) throws IOException {
        return SavedRun.read(checkpoint).facts().training().epochs().size();
    }

    private static FileTime modified(Path file) throws IOException {
        return Files.exists(file) ? Files.getLastModifiedTime(file) : FileTime.fromMillis(0);
    }

    private static boolean hasLeftovers(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".part"));
        }
    }
}
