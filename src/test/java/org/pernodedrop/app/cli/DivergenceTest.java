package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.model.Safetensors;
import org.pernodedrop.train.DrawingMachine;
import org.pernodedrop.train.RunReport;
import org.pernodedrop.train.SavedRun;

/** Losses that are not finite any more, after epochs that went well. */
class DivergenceTest {
    // Grows from step to step until it overflows, but not in the first epoch.
    private static final String GROWING = "train --device cpu --threads 1 --network mlp:16 --limit 500 --batch-size 256"
            + " --optimizer adamw --weight-decay 2 --learning-rate 1.5 --epochs 200 --out ";

    @TempDir
    private Path folder;

    @Test
    void theTwinIsTrainedAllTheSameAndBothAreKept() throws IOException {
        DrawingMachine.require();
        Path out = folder.resolve("run");
        Program program = Program.runLine(GROWING + out);
        program.assertFailure("error: the loss is not finite in epoch ", "(pernodedrop: its epochs up to ");
        JsonNode report = Program.report(out);
        for (int k = 0; k < 2; k++) {
            JsonNode network = report.at("/networks/" + k);
            int epochs = network.get("epochs").asInt();
            String name = network.get("name").asText();
            assertTrue(epochs > 0 && epochs < 200, network.toString());
            assertTrue(network.get("diverged").asText().contains("in epoch " + (epochs + 1) + ","), network.toString());
            program.assertErr(network.get("diverged").asText());
            program.assertErr(name + ": its epochs up to " + epochs + " are kept");
            program.assertOut(name);
            int best = network.at("/best/epoch").asInt();
            assertTrue(best >= 1 && best <= epochs, network.toString());
            String twin = k == 0 ? "" : "-none";
            assertEquals(
                    epochs + 1,
                    Files.readAllLines(out.resolve("metrics" + twin + ".csv")).size());
            Path checkpoint = out.resolve("checkpoint" + twin + ".safetensors");
            SavedRun saved = SavedRun.read(checkpoint);
            assertEquals(epochs, saved.facts().training().epochs().size());
            assertEquals(saved.facts().steps(), saved.checkpoint().step());
            for (Path file : List.of(checkpoint, out.resolve("model" + twin + ".safetensors"))) {
                Safetensors.read(file).tensors().forEach((tensor, content) -> {
                    for (float value : content.values()) {
                        assertTrue(Float.isFinite(value), tensor);
                    }
                });
            }
        }
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(8, files.count(), "two of each kind, curves and report");
        }
        // The best epoch can be asked.
        Program.fine("predict --model " + out + " --out " + folder.resolve("predictions"));
        // It would diverge again.
        Program.runLine("train --resume " + out)
                .assertFailure(program.err().substring(program.err().indexOf("error: ")));
    }

    @ParameterizedTest
    @CsvSource({
        "3, 'none, test part: loss 0.7500, accuracy 0.5000\n'",
        "NaN, 'none, test part: loss NaN, accuracy 0.5000 (not every example has a finite output; those without count'",
        "Infinity, 'loss Infinity, accuracy 0.5000 (not every example has a finite output'"
    })
    void testLossesThatAreNotFiniteAreExplained(double loss, String expected) {
        LossTotals test = new LossTotals(loss, 4, 2, Double.isFinite(loss) ? -1 : 0);
        TrainingRun.Trained one =
                new TrainingRun.Trained(null, List.of(), Optional.empty(), Optional.empty(), Optional.of(test));
        RunReport.DeviceUse use = new RunReport.DeviceUse(1 << 20, 0, false, false, Precision.FP32);
        String table = TrainCommand.table(Map.of("none", one), use).replace(System.lineSeparator(), "\n");
        assertTrue(table.contains(expected), table);
    }
}
