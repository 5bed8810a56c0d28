package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Losses that are not finite any more, after epochs that went well. */
class DivergenceTest {
    // Grows from step to step until it overflows, but not in the first epoch.
    private static final String GROWING = "train --device cpu --threads 1 --network mlp:16 --limit 500 --batch-size 256"
            + " --optimizer adamw --weight-decay 2 --learning-rate 1.5 --epochs 200 --out ";

    @TempDir
    private Path folder;

    @Test
    void theTwinIsTrainedAllTheSameAndBothAreKept() throws IOException {
        Path out = folder.resolve("run");
        Program program = Program.runLine(GROWING + out);
        program.assertFailure("the loss is not finite in epoch ", "(pernodedrop: its epochs up to ");
        JsonNode report = new ObjectMapper().readTree(out.resolve("run.json").toFile());
        for (int k = 0; k < 2; k++) {
            JsonNode network = report.at("/networks/" + k);
            int epochs = network.get("epochs").asInt();
            String name = network.get("name").asText();
            assertTrue(epochs > 0 && epochs < 200, network.toString());
            assertTrue(network.get("diverged").asText().contains("in epoch " + (epochs + 1) + ","), network.toString());
            assertTrue(program.err().contains(name + ": its epochs up to " + epochs + " are kept"), program.err());
            assertTrue(program.out().contains(name), program.out());
            String twin = k == 0 ? "" : "-none";
            assertEquals(
                    epochs + 1,
                    Files.readAllLines(out.resolve("metrics" + twin + ".csv")).size());
            assertTrue(Files.exists(out.resolve("model" + twin + ".safetensors")));
        }
        // The best epoch can be asked.
        Program.run(
                        "predict",
                        "--model",
                        out.toString(),
                        "--out",
                        folder.resolve("predictions").toString())
                .assertFine();
    }
}
