package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;

class CompareCommandTest {
    private static final String SMALL = "compare --device cpu --data vowel --network mlp:13 --epochs 2 --limit 100"
            + " --regularizers none,dropout,pernodedrop,pernodedrop-gaussian,pernodedrop-node"
            + " --gaussian-strategy reparameterized --drop-rates 0.3,0.5";

    @TempDir
    private Path directory;

    private List<ComparedRun> runs(String name) throws IOException {
        return RunsFile.read(directory.resolve(name).resolve("runs.jsonl")).runs().stream()
                .sorted(Comparator.comparing(ComparedRun::seed)
                        .thenComparing(run -> run.setting().toString()))
                .toList();
    }

    private Program compare(String name, String... more) {
        Program program = Program.fine(SMALL + " --out " + directory.resolve(name), (Object[]) more);
        return program;
    }

    private static List<Double> losses(List<ComparedRun> runs) {
        return runs.stream().map(ComparedRun::testLoss).toList();
    }

    /** However often it is read: once for each seed. */
    @Test
    void remarksOnATableAreToldOnce() throws IOException {
        Path table = directory.resolve("table.csv");
        Files.writeString(table, "0,1,kind\n" + "1.5,2.5,a\n3.5,0.5,b\n".repeat(20));
        String line =
                "compare --device cpu --network mlp:3 --epochs 1 --seeds 2 --regularizers none --data csv:" + table;
        Program program = Program.runLine(line + " --out " + directory.resolve("told"));
        program.assertFine();
        assertEquals(2, program.err().split("is taken for its header", -1).length, program.err());
        program = Program.runLine(line + " --header no --out " + directory.resolve("told"));
        program.assertFailure("holds runs with other settings");
        Program.runLine("compare --data vowel --header yes --out " + directory.resolve("no"))
                .assertUsage("--header is for csv:FILE only");
    }

    @Test
    void jobsChangeNoResult() throws IOException {
        compare("one", "--seeds", "2", "--jobs", "1");
        compare("three", "--seeds", "2", "--jobs", "3");
        List<ComparedRun> one = runs("one");
        assertEquals(2 * (1 + 4 * 2), one.size());
        assertEquals(losses(one), losses(runs("three")));
        assertEquals(18, one.stream().map(ComparedRun::testLoss).distinct().count());
        for (String file : List.of(
                "index.html", "runs.csv", "summary.csv", "differences.csv", "summary.json", "gap.png", "runs.jsonl")) {
            assertTrue(Files.size(directory.resolve("one").resolve(file)) > 0, file);
        }
    }

    @Test
    void goesOnWhereItWasStopped() throws IOException {
        compare("whole", "--seeds", "2");
        compare("parts", "--seeds", "1");
        Path file = directory.resolve("parts").resolve("runs.jsonl");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 7));
        Program program = compare("parts", "--seeds", "2");
        program.assertErr("8 of 18 runs are there already");
        assertEquals(losses(runs("whole")), losses(runs("parts")));
        Program again = compare("parts", "--seeds", "2");
        again.assertErr("18 of 18 runs are there already");
    }

    @Test
    void pagesAreMadeAgainFromTheRunsAlone() throws IOException {
        compare("run", "--seeds", "1");
        Path page = directory.resolve("run").resolve("index.html");
        String html = Files.readString(page);
        Files.delete(page);
        Program.fine("compare --report-only --out " + directory.resolve("run"));
        assertEquals(html, Files.readString(page));
    }

    @Test
    void otherSettingsAreRefused() {
        compare("run", "--seeds", "1");
        Program program = Program.runLine(SMALL + " --seeds 1 --batch-size 32 --out " + directory.resolve("run"));
        program.assertFailure("batch_size is 64 there and 32 now", "--out");
    }

    @Test
    void infiniteLossesAreTold() throws IOException {
        Program program = Program.fine("compare --device cpu --data vowel --network mlp:13 --epochs 1 --seeds 1"
                + " --regularizers none,dropout --drop-rates 0.5 --optimizer sgd --learning-rate 1e30 --out "
                + directory.resolve("run"));
        assertEquals(2, runs("run").stream().filter(run -> !run.succeeded()).count());
        program.assertErr("failed: the loss is not finite");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--regularizers=nothing | --regularizers",
                "--drop-rates=1 | --drop-rates",
                "--drop-rates=0.9999999 | --drop-rates=0.9999999 with dropout: dropRate cannot be met",
                "--drop-rates=a | --drop-rates",
                "--seeds=0 | --seeds",
                "--jobs=-1 | --jobs",
                "--test-fraction=1 | --test-fraction",
                "--gaussian-strategy=fused | --gaussian-strategy",
                "--network=cnn | --network",
                "--epochs=0 | --epochs",
                "--data=nothing | --data",
                "--limit=-1 | --limit"
            })
    void refusesWrongUsage(String option, String named) {
        Program.runLine("compare --out " + directory.resolve("run"), option).assertUsage(named);
        assertTrue(Files.notExists(directory.resolve("run")));
    }

    @Test
    void testPartsAreSplitOffBeforeAnythingElseAndBySeed() {
        DataSource digits = DataSource.parse("digits", null);
        DataSplit all = digits.loadWithTest(1, 0.2, 0.25, 0);
        DataSplit few = digits.loadWithTest(1, 0.3, 0.25, 207);
        DataSplit other = digits.loadWithTest(2, 0.2, 0.25, 0);
        float[] test = all.test().orElseThrow().features();
        assertEquals(
                1797,
                all.train().examples()
                        + all.validation().examples()
                        + all.test().orElseThrow().examples());
        assertEquals(449, all.test().orElseThrow().examples(), 5);
        // The same test part whatever is done with the rest; another from another seed.
        assertArrayEquals(test, few.test().orElseThrow().features());
        assertEquals(207, few.train().examples() + few.validation().examples());
        assertNotEquals(
                Arrays.hashCode(test),
                Arrays.hashCode(other.test().orElseThrow().features()));
        // Data with a test part keeps it.
        DataSource vowel = DataSource.parse("vowel", null);
        assertArrayEquals(
                vowel.load(1, 0.2, 0).test().orElseThrow().features(),
                vowel.loadWithTest(1, 0.2, 0.5, 0).test().orElseThrow().features());
    }
}
