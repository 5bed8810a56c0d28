package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.io.FolderLock;
import org.pernodedrop.train.SavedRun;

/** What commands do to the folders that they write to: one at a time, and nothing is lost when one fails. */
class OutputFoldersTest {
    private static final String TRAIN = "train --device cpu --threads 1 --limit 100 --network mlp:4 --epochs 2";
    private static final String COMPARE = "compare --device cpu --data vowel --network mlp:4 --epochs 1 --limit 100"
            + " --regularizers none --seeds 1";

    @TempDir
    private static Path folder;

    private static Path run;

    @BeforeAll
    static void train() {
        run = folder.resolve("run");
        Program.fine(TRAIN + " --out" + " " + run);
    }

    private static Path copy(String folderName) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(folderName));
        for (Path name : Program.contents(run).keySet()) {
            Files.copy(run.resolve(name), copy.resolve(name));
        }
        return copy;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TRAIN + " --out",
                "train --resume",
                "predict --model RUN --out",
                COMPARE + " --out",
                "compare --report-only --out"
            })
    void onlyOneWritesAtATime(String line) throws IOException {
        Path out = copy("held" + Math.abs(line.hashCode()));
        Files.copy(comparison().resolve("runs.jsonl"), out.resolve("runs.jsonl"));
        Map<Path, String> before = Program.contents(out);
        try (FolderLock held = FolderLock.hold(out, notice -> {})) {
            Program.runLine(line.replace("RUN", run.toString()) + " " + held.path())
                    .assertFailure(out + " is in use: this process, "
                            + ProcessHandle.current().pid());
        }
        assertEquals(before, Program.contents(out));
    }

    private static Path comparison() {
        Path out = folder.resolve("comparison");
        Program.fine(COMPARE + " --out" + " " + out);
        return out;
    }

    /** There is nothing to keep of a run whose first epoch diverges: the earlier run stays, and nothing else. */
    @Test
    void aRunThatFailsEarlyLeavesTheEarlierOne() throws IOException {
        Path out = copy("failed");
        Map<Path, String> before = Program.contents(out);
        Program failed = Program.runLine(TRAIN + " --optimizer sgd --learning-rate 1e30 --out" + " " + out);
        failed.assertFailure("the loss is not finite in epoch 1");
        failed.assertErr(" stays until the new one, in ");
        assertEquals(before, Program.contents(out));
        Path fresh = folder.resolve("fresh");
        Program.runLine(TRAIN + " --optimizer sgd --learning-rate 1e30 --out" + " " + fresh)
                .assertFailure("the loss is not finite in epoch 1");
        assertFalse(Files.exists(fresh), "no checkpoint without an epoch");
    }

    /** A run that was killed beside an earlier one: that one is asked by predict, and the new one gone on with. */
    @Test
    void anUnfinishedRunIsGoneOnWith() throws IOException {
        Path out = copy("unfinished");
        Path other = folder.resolve("other");
        Program.fine(TRAIN + " --seed 7 --no-twin --out" + " " + other);
        Path beside = Files.createDirectory(out.resolve(".run.unfinished-1"));
        for (String name : List.of("checkpoint.safetensors", "metrics.csv")) {
            Files.copy(other.resolve(name), beside.resolve(name));
        }
        Path earlier = folder.resolve("earlier");
        Program.fine("predict --model " + out + " --out " + earlier);
        Path expected = folder.resolve("expected");
        Program.fine("predict --model " + run + " --out " + expected);
        assertEquals(
                Files.readString(expected.resolve("predictions.csv")),
                Files.readString(earlier.resolve("predictions.csv")));
        Program.fine("train --epochs 3 --resume " + out);
        assertEquals(
                7,
                SavedRun.read(out.resolve("checkpoint.safetensors"))
                        .facts()
                        .training()
                        .config()
                        .seed());
        assertFalse(Files.exists(out.resolve("model-none.safetensors")), "the earlier run's");
        assertFalse(Files.exists(beside));
    }

    /** The files of an earlier prediction about labelled examples do not stay beside one about others. */
    @Test
    void predictionsReplaceAllOfTheEarlierOnes() throws IOException {
        Path out = folder.resolve("predictions");
        Program.fine("predict --model " + run + " --out " + out);
        assertTrue(Files.exists(out.resolve("calibration.csv")));
        Map<Path, String> before = Program.contents(out);
        Path inputs = folder.resolve("inputs.csv");
        Files.writeString(inputs, "1,2\n");
        Program.runLine("predict --model " + run + " --inputs " + inputs + " --out " + out)
                .assertFailure("inputs");
        assertEquals(before, Program.contents(out));
        Files.writeString(inputs, "0,".repeat(63) + "0\n");
        Program.fine("predict --model " + run + " --inputs " + inputs + " --out " + out);
        assertEquals(Set.of(Path.of("predictions.csv")), Program.contents(out).keySet());
    }

    /** An empty name is what a variable gives that is not set; as a path it would be the current folder. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "train --out",
                "train --resume",
                "compare --out",
                "predict --out x --model",
                "predict --model x --out",
                "predict --model x --out x --inputs",
                "masks --samples 1 --outputs 1 --inputs 1 --drop-rate 0.5 --npy",
                "masks --npy x --run",
                "bench layers --json",
                "bench training --html",
                "bench report --html x --json",
                "bench report --json x --html"
            })
    void emptyPathsAreWrongUsage(String line) throws IOException {
        String option = line.substring(line.lastIndexOf(' ') + 1);
        for (String empty : List.of("", " ")) {
            Program.runLine(line, empty).assertUsage(option, "must name a file or folder");
        }
        Program.run((line + "=").split(" ")).assertUsage(option, "must name a file or folder");
        Program.runLine("train --data csv:").assertUsage("--data");
    }

    /** Files that only have the names of ours are somebody else's. */
    @ParameterizedTest
    @CsvSource({
        "predict, predictions.csv",
        "predict, calibration.csv",
        "predict, reliability.png",
        "compare, index.html",
        "compare, summary.json",
        "compare, gap.png",
    })
    void somebodysFilesStay(String command, String name) throws IOException {
        Path out = Files.createDirectory(folder.resolve("somebodys-" + name));
        Files.writeString(out.resolve(name), "row,class\n");
        String line = command.equals("predict") ? "predict --device cpu --model " + run : COMPARE;
        Program.runLine(line + " --out" + " " + out).assertFailure(out.resolve(name) + "; move it away");
        assertEquals(Set.of(Path.of(name)), Program.contents(out).keySet());
        assertEquals("row,class\n", Files.readString(out.resolve(name)));
    }

    /** The file that is asked about must not be replaced by the answers. */
    @Test
    void inputsStay() throws IOException {
        Path out = Files.createDirectory(folder.resolve("inputs"));
        Path inputs = out.resolve("predictions.csv");
        String row = "0.5,".repeat(63) + "0.5\n";
        Files.writeString(inputs, row);
        Program.runLine("predict --device cpu --model " + run + " --inputs " + inputs + " --out" + " " + out)
                .assertFailure(inputs + "; move it away");
        assertEquals(row, Files.readString(inputs));
    }
}
