package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.FileNames;
import org.pernodedrop.Refusal;

/** The files of a run. */
class RunFilesTest {
    @TempDir
    private Path directory;

    private static EpochMetrics epoch(int number) {
        return new EpochMetrics(number, 1.0 / number, 0.5 / number, 0.9, 0.7 / number, 1 / 3.0, 0.25);
    }

    @Test
    void metricsAreWholeAfterEveryEpoch() throws IOException {
        Path file = directory.resolve("metrics.csv");
        MetricsCsv metrics = new MetricsCsv(file, List.of());
        assertEquals(List.of(MetricsCsv.HEADER), Files.readAllLines(file));
        for (int number = 1; number <= 13; number++) {
            metrics.finished(epoch(number));
            List<String> lines = Files.readAllLines(file);
            assertEquals(number + 1, lines.size());
            assertEquals(List.of("metrics.csv"), FileNames.in(directory));
            double[] values = Arrays.stream(lines.get(number).split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            assertArrayEquals(
                    new double[] {number, 1.0 / number, 0.5 / number, 0.9, 0.7 / number, 1 / 3.0, 0.25}, values);
        }
    }

    private static RunDirectory open(Path path) {
        return RunDirectory.open(path, notice -> {});
    }

    private static String refused(Path path) {
        return Refusal.message(UncheckedIOException.class, () -> open(path));
    }

    /** An earlier run stays until the new one is complete; then all its files are replaced. */
    @Test
    void runsTakeTheirPlaceAtOnce() throws IOException {
        Path path = directory.resolve("a/b");
        try (RunDirectory first = open(path)) {
            first.begin();
            assertEquals(path, first.unfinished(), "nothing is in the way");
            new MetricsCsv(first.metrics(false), List.of(epoch(1)));
            new MetricsCsv(first.metrics(true), List.of());
            first.commit();
        }
        String notes = "mine";
        Files.writeString(path.resolve("notes.txt"), notes);
        try (RunDirectory second = open(path)) {
            second.begin();
            new MetricsCsv(second.metrics(false), List.of(epoch(1), epoch(2)));
            assertEquals(2, Files.readAllLines(path.resolve("metrics.csv")).size(), "the earlier one");
            assertTrue(Files.exists(path.resolve("metrics-none.csv")));
            second.commit();
            assertEquals(path.resolve("metrics.csv"), second.metrics(false));
        }
        assertEquals(3, Files.readAllLines(path.resolve("metrics.csv")).size());
        assertEquals(List.of("metrics.csv", "notes.txt"), FileNames.in(path));
        assertEquals(notes, Files.readString(path.resolve("notes.txt")));
    }

    /** A killed replacement may leave any files of a run: they are no reason to refuse the folder. */
    @Test
    void whatIsLeftOfAReplacedRunIsNoStranger() throws IOException {
        Files.writeString(directory.resolve("curves.png"), "a picture without its metrics");
        Path whole = Files.createDirectory(directory.resolve(".run.whole"));
        new MetricsCsv(whole.resolve("metrics.csv"), List.of(epoch(1)));
        try (RunDirectory next = open(directory)) {
            assertEquals(2, Files.readAllLines(next.metrics(false)).size());
        }
        assertEquals(List.of("metrics.csv"), FileNames.in(directory));
    }

    /** A run that failed before its first epoch is deleted; one that failed later is resumed. */
    @Test
    void failedRunsAreGoneOnWithOnceTheyHaveAnEpoch() throws IOException {
        try (RunDirectory whole = open(directory)) {
            whole.begin();
            new MetricsCsv(whole.metrics(false), List.of(epoch(1)));
            whole.commit();
        }
        try (RunDirectory early = open(directory)) {
            early.begin();
            new MetricsCsv(early.metrics(false), List.of());
        }
        assertEquals(List.of("metrics.csv"), FileNames.in(directory));
        Path unfinished;
        try (RunDirectory late = open(directory)) {
            late.begin();
            new MetricsCsv(late.metrics(false), List.of(epoch(1), epoch(2)));
            Files.createFile(late.checkpoint(false));
            unfinished = late.unfinished();
            late.keep();
        }
        assertEquals(2, Files.readAllLines(directory.resolve("metrics.csv")).size());
        assertEquals(
                directory.resolve("metrics.csv"), RunDirectory.of(directory).metrics(false));
        try (RunDirectory resumed = RunDirectory.resume(directory, notice -> {})) {
            resumed.begin();
            assertEquals(unfinished, resumed.unfinished());
            assertEquals(3, Files.readAllLines(resumed.metrics(false)).size());
            resumed.commit();
        }
        assertEquals(List.of("checkpoint.safetensors", "metrics.csv"), FileNames.in(directory));
        assertEquals(3, Files.readAllLines(directory.resolve("metrics.csv")).size());
    }

    @Test
    void directoryWithoutFilesGoesAgainIfItWasMade() throws IOException {
        open(directory.resolve("made")).close();
        assertEquals(List.of(), FileNames.in(directory));
        try (RunDirectory made = open(directory.resolve("made"))) {
            Files.writeString(made.path().resolve("notes.txt"), "mine");
        }
        open(Files.createDirectory(directory.resolve("empty"))).close();
        assertEquals(List.of("empty", "made"), FileNames.in(directory));
    }

    @Test
    void newDirectoriesAreNobodyElses() throws IOException {
        Path path = directory.resolve("runs/now");
        try (RunDirectory one = RunDirectory.openNew(path, notice -> {});
                RunDirectory two = RunDirectory.openNew(path, notice -> {});
                RunDirectory three = RunDirectory.openNew(path, notice -> {})) {
            assertEquals(path, one.path());
            assertEquals(path.resolveSibling("now-2"), two.path());
            assertEquals(path.resolveSibling("now-3"), three.path());
        }
    }

    @Test
    void refusesWhatIsNoDirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("taken"), "mine");
        assertEquals("out is a file: out=" + file + "; name a directory that can be written to (--out)", refused(file));
        String below = refused(file.resolve("runs"));
        assertTrue(below.startsWith("out cannot be written to: out=" + file.resolve("runs")), below);
        assertEquals("mine", Files.readString(file));
        Refusal.contains(
                UncheckedIOException.class,
                "does not exist",
                () -> RunDirectory.resume(directory.resolve("no"), notice -> {}));
        assertEquals(List.of("taken"), FileNames.in(directory));
    }

    /** A foreign file with the name of a run's file would be lost when the new run replaces it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics.csv",
                "metrics-none.csv",
                "checkpoint.safetensors",
                "model-none.safetensors",
                "curves.png",
                "run.json"
            })
    void refusesToReplaceWhatIsNotARuns(String name) throws IOException {
        Path file = directory.resolve(name);
        for (String content : List.of("", "mine", "{\"project\": \"another\"}", "epoch,loss\n1,2\n")) {
            Files.writeString(file, content);
            assertTrue(refused(directory).startsWith("out holds a file that a run would replace"));
            assertEquals(content, Files.readString(file));
        }
        Files.delete(file);
        Files.createDirectory(file);
        assertTrue(refused(directory).contains(file.toString()));
        assertEquals(List.of(name), FileNames.in(directory));
    }

    @Test
    void failedWriteLeavesNothingBehind() throws IOException {
        Path target = Files.createDirectory(directory.resolve("metrics.csv"));
        Files.writeString(target.resolve("x"), "mine");
        Refusal.starts(UncheckedIOException.class, "cannot write " + target, () -> new MetricsCsv(target, List.of()));
        assertEquals(List.of("metrics.csv"), FileNames.in(directory));
    }
}
