package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening a named pipe to which nobody writes never ends: each is refused, wherever a file is named. */
class NamedPipesTest {
    /** Longer than any refusal takes; only a command that waits for the pipe meets it. */
    private static final Duration FOR_EVER = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makePipes() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/null")), "this system has no named pipes");
        Files.createDirectories(folder.resolve("idx"));
        Files.createFile(folder.resolve("idx/train-labels-idx1-ubyte"));
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(
                folder.resolve("options.txt"), "--epochs 1 # @none\n\"@" + folder.resolve("more.txt") + "\"\n");
        Files.writeString(
                folder.resolve("more.txt"), "@" + folder.resolve("options.txt") + "\n@" + folder.resolve("pipe.csv"));
        Files.createDirectories(folder.resolve("cifar"));
        for (String name : new String[] {
            "pipe.csv",
            "pipe.csv.gz",
            "idx/train-images-idx3-ubyte",
            "cifar/data_batch_1.bin",
            "run/checkpoint.safetensors",
            "run/model.safetensors",
            "run/runs.jsonl"
        }) {
            int made = new ProcessBuilder("mkfifo", folder.resolve(name).toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            assertEquals(0, made, name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train --data csv:DIR/pipe.csv --out DIR/out",
                "train --data csv:DIR/pipe.csv.gz --out DIR/out",
                "train --data idx:DIR/idx --out DIR/out",
                "train --data cifar10:DIR/cifar --out DIR/out",
                "train --resume DIR/run",
                "predict --device cpu --model DIR/run --out DIR/out",
                "predict --device cpu --model DIR/pipe.csv --out DIR/out",
                "compare --report-only --out DIR/run",
                "compare --device cpu --data vowel --out DIR/run",
                "compare --device cpu --data csv:DIR/pipe.csv --out DIR/out",
                "bench report --json DIR/pipe.csv --html DIR/page.html",
                "bench training --data csv:DIR/pipe.csv",
                "masks --run DIR/run --sample 0 --npy DIR/mask.npy",
                "@DIR/pipe.csv",
                "train @DIR/options.txt"
            })
    void pipesAreRefused(String line) {
        Program program =
                assertTimeoutPreemptively(FOR_EVER, () -> Program.runLine(line.replace("DIR", folder.toString())));
        program.assertFailure("file must be a regular one", "is a pipe or a device; write its content to a file first");
    }

    @Test
    void directoriesOfOptionsAreRefused() throws IOException {
        Path options = Files.writeString(folder.resolve("directory.txt"), "--epochs 1\n@" + folder.resolve("run"));
        Program.runLine("train @" + options).assertFailure("option file must be a file", "names a directory");
        Program.runLine("train @@" + folder).assertUsage("Unmatched argument");
        Program.runLine("train @" + folder.resolve("none")).assertUsage("Unmatched argument");
    }
}
