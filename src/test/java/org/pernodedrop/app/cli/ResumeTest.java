package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.model.Safetensors;
import org.pernodedrop.train.RunDirectory;

/** {@code train --resume}: what was interrupted ends as if it had not been, bit for bit. */
class ResumeTest {
    private static final String SETTINGS = "train --limit 207 --network mlp:13,7 --batch-size 13 --threads 2";

    @TempDir
    private Path folder;

    private Path run(String name, String more) {
        Path directory = folder.resolve(name);
        Program.fine((SETTINGS + " " + more).strip() + " --out" + " " + directory);
        return directory;
    }

    private static void resume(Path directory, Object... more) {
        Program.fine("train --resume " + directory, more);
    }

    /** All but the seconds, which no two runs share. */
    static void assertSameRuns(Path expected, Path actual, boolean twin) throws IOException {
        RunDirectory one = RunDirectory.of(expected);
        RunDirectory other = RunDirectory.of(actual);
        for (boolean each : twin ? new boolean[] {false, true} : new boolean[] {false}) {
            assertEquals(Program.metrics(one.metrics(each)), Program.metrics(other.metrics(each)));
            assertSameTensors(one.checkpoint(each), other.checkpoint(each));
            assertSameTensors(one.model(each), other.model(each));
        }
    }

    private static void assertSameTensors(Path expected, Path actual) throws IOException {
        Safetensors one = Safetensors.read(expected);
        Safetensors other = Safetensors.read(actual);
        assertEquals(one.tensors().keySet(), other.tensors().keySet());
        assertEquals(one.metadata().get("step"), other.metadata().get("step"));
        assertEquals(one.metadata().get("network"), other.metadata().get("network"));
        one.tensors()
                .forEach((name, tensor) -> assertArrayEquals(
                        tensor.values(), other.tensors().get(name).values(), name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--regularizer none",
                "--optimizer sgd --noise gaussian",
                "--optimizer adamw --granularity node",
                "--regularizer dropconnect",
                "--precision bf16",
                "--regularizer dropout --data-on-device no"
            })
    void moreEpochsAreAsIfAskedForAtOnce(String more) throws IOException {
        Path whole = run("whole", more + " --epochs 5");
        Path parts = run("parts", more + " --epochs 2");
        resume(parts, "--epochs", "4");
        resume(parts, "--epochs=5");
        assertSameRuns(whole, parts, !more.contains("none"));
    }

    @Test
    void roundedFactorsGiveOtherNumbers() throws IOException {
        Path single = run("single", "--epochs 1 --no-twin");
        Path rounded = run("rounded", "--epochs 1 --no-twin --precision bf16");
        assertNotEquals(
                Files.readString(single.resolve("metrics.csv")), Files.readString(rounded.resolve("metrics.csv")));
        assertTrue(Files.readString(rounded.resolve("run.json")).contains("factors in bf16"));
    }

    @Test
    void earlyStoppingRemembers() throws IOException {
        String settings = "--patience 3 --learning-rate 0.02 --no-twin --epochs ";
        Path whole = run("whole", settings + 40);
        long epochs = Files.readAllLines(whole.resolve("metrics.csv")).size() - 1;
        assertTrue(epochs > 5 && epochs < 40, "epochs=" + epochs);
        Path parts = run("parts", settings + (epochs - 2));
        resume(parts, "--epochs", "40");
        assertSameRuns(whole, parts, false);
        resume(parts);
        assertSameRuns(whole, parts, false);
    }

    /**
     * Killed in the first network, there is no checkpoint of the second; in the second, that of the first is complete.
     */
    @Test
    void aRunWithoutItsTwinGetsIt() throws IOException {
        Path whole = run("whole", "--epochs 3");
        Path parts = run("parts", "--epochs 3");
        for (String file : List.of("checkpoint-none", "model-none", "model")) {
            Files.delete(parts.resolve(file + ".safetensors"));
        }
        Files.delete(parts.resolve("metrics-none.csv"));
        Files.createFile(parts.resolve(".checkpoint.safetensors.1234.part"));
        Files.createFile(parts.resolve("notes.part"));
        resume(parts);
        assertSameRuns(whole, parts, true);
        assertTrue(Files.notExists(parts.resolve(".checkpoint.safetensors.1234.part")), "left by a killed process");
        assertTrue(Files.exists(parts.resolve("notes.part")), "somebody else's");
    }

    @Test
    void aNewRunForgetsTheOldOne() throws IOException {
        Path whole = run("whole", "--epochs 2 --seed 7");
        Path again = run("again", "--epochs 3");
        run("again", "--epochs 2 --seed 7");
        assertSameRuns(whole, again, true);
    }

    @Test
    void checkpointsComeAtTheirInterval() throws IOException {
        Path often = run("often", "--epochs 3 --checkpoint-interval 0");
        Path rarely = run("rarely", "--epochs 3 --checkpoint-interval 3600");
        assertSameRuns(often, rarely, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--batch-size 14",
                "--optimizer sgd",
                "--learning-rate 0.1",
                "--schedule cosine",
                "--seed 43",
                "--epochs 1"
            })
    void otherSettingsAreRefused(String other) throws IOException {
        Path directory = run("run", "--epochs 2");
        Map<Path, String> before = Program.contents(directory);
        String option = other.substring(2, other.indexOf(' '));
        Program.runLine("train " + other + " --resume" + " " + directory).assertFailure(option);
        assertEquals(before, Program.contents(directory));
    }

    @Test
    void anotherNetworkIsRefused() {
        Path directory = run("run", "--epochs 2");
        Program.runLine("train --drop-rate 0.5 --resume " + directory)
                .assertFailure("is of another network", "take the settings it was started with");
    }

    @Test
    void aScheduleKeepsItsEpochs() {
        Path directory = run("run", "--epochs 2 --schedule cosine");
        Program.runLine("train --epochs 3 --resume " + directory).assertFailure("epochs was 2, is now 3");
    }

    @Test
    void otherDataIsRefused() throws IOException {
        Path data = folder.resolve("data.csv");
        String text = Program.table("");
        Files.writeString(data, text);
        Path directory = folder.resolve("run");
        Program.fine("train --data csv:" + data + " --network mlp:3 --epochs 1 --out " + directory);
        Files.writeString(data, text.replace("0,0,0", "0,1,0"));
        assertNotEquals(text, Files.readString(data));
        Program.runLine("train --epochs 2 --resume " + directory)
                .assertFailure("the data is not what the run was started with");
    }

    @Test
    void whatIsNoRunIsRefused() throws IOException {
        Program.runLine("train --resume " + folder.resolve("nothing")).assertFailure("does not exist");
        Files.writeString(folder.resolve("checkpoint.safetensors"), "no checkpoint");
        Program.runLine("train --resume " + folder).assertFailure("is no valid safetensors file");
        Program.runLine("train --resume " + folder + " --out elsewhere").assertUsage("--out", "leave it out");
    }
}
