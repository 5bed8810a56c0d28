package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.train.DrawingMachine;

class PredictCommandTest {
    @TempDir
    private static Path folder;

    private static Path run;
    private static Path table;

    @BeforeAll
    static void train() throws IOException {
        // Two classes, told apart by the first column, which has another scale than the second.
        Random random = new Random(3);
        StringBuilder text = new StringBuilder("length,width,species\n");
        for (int row = 0; row < 120; row++) {
            boolean left = row % 2 == 0;
            text.append(1000 + (left ? -40 : 40) + 10 * random.nextGaussian())
                    .append(',')
                    .append(random.nextGaussian())
                    .append(left ? ",setosa\n" : ",virginica\n");
        }
        table = folder.resolve("flowers.csv");
        Files.writeString(table, text);
        run = folder.resolve("run");
        Program.fine("train --network mlp:13 --epochs 40 --learning-rate 0.01 --batch-size 13 --no-twin --data csv:"
                + table + " --out " + run);
    }

    private static Program predict(String options, Object... extra) {
        return Program.runLine("predict --model " + run + " " + options, extra);
    }

    private static List<String> predictions(Path out) throws IOException {
        return Files.readAllLines(out.resolve("predictions.csv"));
    }

    @Test
    void newInputsNeedNoLabels() throws IOException {
        Path inputs = folder.resolve("new.csv");
        Files.writeString(inputs, "length,width\n950,0.5\n1050,-0.5\n1049,0.25\n");
        Path out = folder.resolve("new");
        Program program = predict("--inputs " + inputs + " --out " + out).assertFine();
        program.assertOut("3 predictions: ");
        List<String> lines = predictions(out);
        assertEquals("row,class,probability,probability_setosa,probability_virginica", lines.get(0));
        assertTrue(lines.get(1).startsWith("0,setosa,0.9"), lines.get(1));
        assertTrue(lines.get(2).startsWith("1,virginica,0.9"), lines.get(2));
        assertTrue(Files.notExists(out.resolve("calibration.csv")), "nobody knows who is right");
        assertFalse(program.err().contains("position"), program.err());
        // With the columns in another order, the same.
        Files.writeString(inputs, "width,length\n0.5,950\n-0.5,1050\n0.25,1049\n");
        predict("--inputs " + inputs + " --out " + out).assertFine();
        assertEquals(lines, predictions(out));
        // Without a header, the same, and that is told.
        Files.writeString(inputs, "950,0.5\n1050,-0.5\n1049,0.25\n");
        program = predict("--inputs " + inputs + " --out " + out).assertFine();
        program.assertErr("are taken by their position: the file has no header");
        assertEquals(lines, predictions(out));
    }

    /** A file with labels is scored by them as the run's own part is, and its labels are ignored otherwise. */
    @Test
    void aFileWithLabelsIsScored() throws IOException {
        DrawingMachine.require();
        Path inputs = folder.resolve("held-out.csv");
        Files.writeString(inputs, "species,width,length\nsetosa,0.5,950\nsetosa,-0.5,1050\nvirginica,0.25,1049\n");
        Path out = folder.resolve("scored");
        String ask = "--inputs " + inputs + " --out " + out;
        Program program = predict(ask + " --label species").assertFine();
        program.assertOut(inputs + ": accuracy 0.6667, expected calibration error ");
        program.assertOut("negative log-likelihood ");
        assertTrue(
                predictions(out).get(2).startsWith("1,setosa,virginica,0.9"),
                predictions(out).get(2));
        assertTrue(Files.exists(out.resolve("calibration.csv")));
        program = predict(ask).assertFine();
        program.assertErr("column 1 (\"species\") of " + inputs + " is the model's label");
        assertEquals(
                "row,class,probability,probability_setosa,probability_virginica",
                predictions(out).get(0));
        Files.writeString(inputs, "species,width,length\nsetosa,0.5,950\nrose,-0.5,1050\n");
        predict(ask + " --label species")
                .assertFailure("classes of the model: label=\"rose\" in line 3, column 1 (\"species\")");
    }

    /** A header of numbers is one in training, when a run goes on, when its own part is read, and in new inputs. */
    @Test
    void numbersThatAreAHeaderStayOne() throws IOException {
        Path numbered = folder.resolve("numbered.csv");
        Files.writeString(numbered, Files.readString(table).replace("length,width", "0,1"));
        Path out = folder.resolve("numbered");
        Program program = Program.fine(
                "train --network mlp:5 --epochs 1 --batch-size 40 --no-twin --data csv:" + numbered + " --out " + out);
        program.assertErr("\"0,1,species\", is taken for its header");
        JsonNode data = Program.report(out).get("data");
        assertEquals(96, data.get("train_examples").asInt());
        assertEquals(2, data.get("classes").asInt());
        Program.fine("train --resume " + out);
        Path predicted = folder.resolve("numbered-predictions");
        Program.fine("predict --model " + out + " --out " + predicted);
        assertEquals(25, predictions(predicted).size());
        Path inputs = folder.resolve("numbered-new.csv");
        Files.writeString(inputs, "1,0\n0.5,950\n-0.5,1050.5\n");
        String ask = "predict --model " + out + " --inputs " + inputs + " --out " + predicted + " --header ";
        Program.fine(ask + "yes");
        assertEquals(3, predictions(predicted).size());
        Program.fine(ask + "no");
        assertEquals(4, predictions(predicted).size());
    }

    /** Values that overflow, in the network or before it, and all that is printed leaves them out. */
    @Test
    void aRowWithoutAPredictionIsTold() throws IOException {
        Path inputs = folder.resolve("huge.csv");
        Files.writeString(inputs, "length,width\n3e38,3e38\n950,0.5\n-3e38,3e38\n1050,-0.5\n");
        Path out = folder.resolve("huge");
        Program program = predict("--inputs " + inputs + " --monte-carlo 5 --out " + out);
        program.assertFailure("2 of 4 have none", "row=[0, 2]");
        program.assertOut("2 of 4 predictions: ");
        assertFalse(program.out().contains("NaN"), program.out());
        List<String> lines = predictions(out);
        assertEquals("0,,,,,,,,,", lines.get(1));
        assertTrue(lines.get(2).startsWith("1,setosa,"), lines.get(2));
        assertEquals("2,,,,,,,,,", lines.get(3));
        assertTrue(lines.get(4).startsWith("3,virginica,"), lines.get(4));
    }

    @Test
    void predictionsNameTheRowOfTheFile() throws IOException {
        Path out = folder.resolve("rows");
        predict("--out " + out).assertFine();
        List<String> rows = Files.readAllLines(table);
        for (String line : predictions(out).subList(1, 25)) {
            String[] fields = line.split(",");
            // Below the header, every other row is of the other class.
            assertTrue(rows.get(1 + Integer.parseInt(fields[1])).endsWith("," + fields[2]), line);
        }
    }

    @Test
    void theValidationPartTellsTheCalibration() throws IOException {
        DrawingMachine.require();
        Path out = folder.resolve("validation");
        Program program =
                Program.fine("predict --model " + run.resolve("model.safetensors") + " --monte-carlo 20 --out " + out);
        program.assertOut("20 draws of the masks");
        program.assertOut("validation part: accuracy ");
        List<String> lines = predictions(out);
        assertEquals(25, lines.size(), "a fifth of 120, and the header");
        assertTrue(
                lines.get(0).startsWith("row,source_row,label,class,probability,deviation,predictive_entropy"),
                lines.get(0));
        assertEquals(16, Files.readAllLines(out.resolve("calibration.csv")).size());
        assertTrue(Files.size(out.resolve("reliability.png")) > 1000);
    }

    /** What is predicted is what was measured in training, at its best epoch. */
    @Test
    void accuracyIsThatOfTheBestEpoch() throws IOException {
        JsonNode report = Program.report(run);
        double accuracy = report.at("/networks/0/best/validation_accuracy").asDouble();
        Path out = folder.resolve("best");
        predict("--out " + out).assertFine();
        long right = predictions(out).stream()
                .skip(1)
                .map(line -> line.split(","))
                .filter(line -> line[2].equals(line[3]))
                .count();
        assertEquals(accuracy, right / 24.0, 1e-12);
    }

    @Test
    void wrongUseIsRefused() throws IOException {
        String out = folder.resolve("refused").toString();
        predict("--monte-carlo 1 --out", out).assertUsage("--monte-carlo");
        predict("--inputs x.csv --part test --out", out).assertUsage("--part");
        predict("--part test --out", out).assertFailure("has no test part of its own");
        Program.runLine("predict --model " + folder.resolve("no") + " --out", out)
                .assertFailure("does not exist");
        Path inputs = folder.resolve("narrow.csv");
        Files.writeString(inputs, "1\n2\n");
        predict("--inputs " + inputs + " --out", out)
                .assertFailure("inputs must have the features", "2 in a line", "has 1");
        Files.writeString(inputs, "length,width\n1,x\n");
        predict("--inputs " + inputs + " --out", out)
                .assertFailure("features must be finite numbers", "line 2, column 2 (\"width\")");
        Files.writeString(inputs, "length,height\n1,2\n");
        predict("--inputs " + inputs + " --out", out)
                .assertFailure("has no column \"width\" and has column \"height\", which the model does not know");
        predict("--label species --out", out).assertUsage("--label is only for predictions with --inputs");
        predict("--inputs x.csv --label", "", "--out", out).assertUsage("--label", "is a variable not set?");
        Program.runLine("train --data csv:" + table + " --label", " ", "--out", out)
                .assertUsage("--label", "is a variable not set?");
        predict("--header no --out", out).assertUsage("--header is only for predictions with --inputs");
        predict("--max-unpacked 0 --out", out).assertUsage("--max-unpacked");
        if (Files.exists(Path.of("/dev/null"))) {
            predict("--inputs /dev/null --out", out)
                    .assertFailure("file must be a regular one", "/dev/null is a pipe or a device");
            Program.runLine("predict --model /dev/null --out", out)
                    .assertFailure("file must be a regular one", "/dev/null is a pipe or a device");
        }
        assertTrue(Files.notExists(Path.of(out)), "nothing is left behind");
        String before = Files.readString(table);
        Files.writeString(table, before.replaceFirst("setosa", "virginica"));
        try {
            predict("--out", out).assertFailure("the data is not what the run was started with");
        } finally {
            Files.writeString(table, before);
        }
    }

    /** Noise that was drawn at the outputs came of no mask of connections. */
    @Test
    void noiseAtTheOutputsHasNoMask() {
        Path noisy = folder.resolve("noisy");
        Program.fine(
                "train --network mlp:5 --epochs 1 --noise gaussian --strategy reparameterized --no-twin --data csv:"
                        + table + " --out " + noisy);
        Path file = folder.resolve("no-mask.npy");
        Program.runLine("masks --run " + noisy + " --sample 0 --npy " + file)
                .assertFailure("no mask of connections existed");
        assertTrue(Files.notExists(file));
    }

    private static Program masks(int step, int sample, int layer, Path file) {
        return Program.runLine("masks --run " + run + " --step " + step + " --sample " + sample + " --layer " + layer
                + " --npy " + file);
    }

    @Test
    void masksOfTheRunAreRebuilt() throws IOException {
        Path file = folder.resolve("mask.npy");
        Program program = masks(9, 4, 0, file).assertFine();
        // 96 training examples in batches of 13: 8 steps an epoch, the last of 5.
        program.assertOut("step 9, sample 4: training example ");
        program.assertOut("array: float32 [1, 2, 13]");
        byte[] ofRun = Files.readAllBytes(file);
        // The fifth sample of the same layer by hand.
        Path all = folder.resolve("all.npy");
        Program.fine("masks --seed 42 --step 9 --samples 5 --inputs 2 --outputs 13 --drop-rate 0.3 --npy " + all);
        byte[] byHand = Files.readAllBytes(all);
        int size = 2 * 13 * Float.BYTES;
        for (int k = 1; k <= size; k++) {
            assertEquals(byHand[byHand.length - k], ofRun[ofRun.length - k]);
        }
        masks(7, 5, 0, file).assertFailure("sample must be a row of the step's batch, in [0, 5)");
        masks(320, 5, 0, file).assertFailure("step must be one that the run has made, in [0, 320)");
        masks(320, 5, 1, file).assertFailure("the layer never has a mask");
        masks(320, 5, 2, file).assertFailure("layer must be one of the network's, in [0, 2)");
        Program.runLine("masks --run " + run + " --npy " + file).assertUsage("--sample");
        Program.runLine("masks --run " + run + " --sample 1 --seed 3 --npy " + file)
                .assertUsage("--seed");
        Program.runLine("masks --sample 3 --samples 1 --inputs 2 --outputs 3 --drop-rate 0.5 --npy " + file)
                .assertUsage("--sample");
    }
}
