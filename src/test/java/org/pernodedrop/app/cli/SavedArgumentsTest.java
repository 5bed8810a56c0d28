package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.model.Safetensors;
import org.pernodedrop.train.SavedRun;

/** Runs are gone on with in other folders, with data that was moved, and whatever somebody wrote into their files. */
class SavedArgumentsTest {
    @TempDir
    private static Path folder;

    private static Path table;
    private static Path run;
    private static Path checkpoint;

    @BeforeAll
    static void train() throws IOException {
        table = Files.writeString(folder.resolve("data.csv"), Program.table("c"));
        // As from the current folder.
        Path relative = Path.of("").toAbsolutePath().relativize(table.toRealPath());
        Path options = Files.writeString(
                folder.resolve("options.txt"),
                "--data csv:" + relative + "\n--network mlp:3 --epochs 1\n--no-twin --threads 1 --device cpu\n");
        run = folder.resolve("run");
        Program.fine("train @" + options + " --out " + run);
        checkpoint = run.resolve("checkpoint.safetensors");
    }

    private static Program resume(Path directory, String... more) {
        return Program.runLine("train --resume " + directory, (Object[]) more);
    }

    @Test
    void whatIsSavedMeansTheSameElsewhere() throws IOException {
        SavedRun.Facts facts = SavedRun.read(checkpoint).facts();
        Path source = Path.of(facts.data().source().substring("csv:".length()));
        assertTrue(source.isAbsolute());
        assertEquals(table.toRealPath(), source.toRealPath());
        assertEquals(
                "--data " + facts.data().source() + " --network mlp:3 --epochs 1 --no-twin --threads 1 --device cpu",
                String.join(" ", facts.arguments()));
    }

    @Test
    void movedDataIsNamed() throws IOException {
        Path copy = copy("moved", facts -> facts);
        Path elsewhere = folder.resolve("elsewhere.csv");
        String out = folder.resolve("predictions").toString();
        Files.move(table, elsewhere);
        try {
            resume(copy, "--epochs", "2").assertFailure("data.csv", "was moved, name its present place (--data)");
            Program.runLine("predict --model " + copy + " --out", out)
                    .assertFailure("data.csv", "was moved, name its present place (--data)");
            resume(copy, "--epochs", "2", "--data", "csv:" + elsewhere).assertFine();
            Program.fine("predict --model " + copy + " --out", out, "--data", "csv:" + elsewhere);
            // And from then on it is known.
            resume(copy, "--epochs", "3").assertFine();
            Path other = Files.writeString(
                    folder.resolve("other.csv"), Files.readString(elsewhere).replace("0,0,c0", "0,1,c0"));
            resume(copy, "--data", "csv:" + other).assertFailure("the data is not what the run was started with");
            Program.runLine("predict --model " + copy + " --out", out, "--data", "csv:" + other)
                    .assertFailure("the data is not what the run was started with");
        } finally {
            Files.move(elsewhere, table);
        }
    }

    /** Runs of versions that had a precision of ordinary products alone. */
    @ParameterizedTest
    @ValueSource(strings = {"--matrix-precision fp32", "--matrix-precision=fp32"})
    void oldNamesOfOptionsAreKnown(String old) throws IOException {
        Path copy = copy("old" + old.length() + old.indexOf('='), before -> {
            List<String> arguments = new ArrayList<>(before);
            arguments.addAll(List.of(old.split(" ")));
            return arguments;
        });
        resume(copy, "--epochs", "2").assertFine();
        List<String> saved =
                SavedRun.read(copy.resolve("checkpoint.safetensors")).facts().arguments();
        assertTrue(String.join(" ", saved).contains(old.replace("matrix-", "")), saved.toString());
    }

    @Test
    void oldNamesOfOptionsAreNoneOnTheCommandLine() {
        Program.runLine("train --matrix-precision fp32").assertUsage("--matrix-precision", "Unknown option");
    }

    private interface Change {
        List<String> of(List<String> arguments);
    }

    private static Path copy(String name, Change change) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        for (String file : List.of("checkpoint.safetensors", "model.safetensors")) {
            Safetensors content = Safetensors.read(run.resolve(file));
            Map<String, String> texts = new LinkedHashMap<>(content.metadata());
            texts.put(
                    "arguments",
                    new ObjectMapper()
                            .writeValueAsString(
                                    change.of(SavedRun.read(checkpoint).facts().arguments())));
            new Safetensors(texts, content.tensors()).write(copy.resolve(file));
        }
        return copy;
    }

    /** Whatever is in the files: no file that they name is read, none is written but in the folder of the run. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "@SECRET",
                "@@SECRET",
                "--out=SECRET",
                "--out SECRET",
                "--resume=SECRET",
                "--help",
                "--version",
                "--data",
                "--bogus=1",
                "nonsense",
                "--epochs=@SECRET"
            })
    void argumentsThatNoRunHasSavedAreRefused(String argument) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "--drop-rate=password\n");
        String named = argument.replace("SECRET", secret.toString());
        Path tampered = copy("tampered" + Math.abs(argument.hashCode()), before -> List.of(named.split(" ")));
        Program program = resume(tampered);
        program.assertFailure("the arguments that it has of the run are no options of train");
        assertEquals(1, program.err().lines().count(), program.err());
        assertFalse(program.err().contains("password"), program.err());
        assertEquals("", program.out());
    }
}
