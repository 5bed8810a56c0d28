package org.pernodedrop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pernodedrop.io.FileSet;
import org.pernodedrop.model.Weights;

/** The names of a run's files, and whether those that a folder has are of a run: only such may be replaced. */
final class EarlierRun {
    static final String CURVES = "curves.png";
    static final String REPORT = "run.json";
    static final FileSet.Kind FILES = new FileSet.Kind(
            "run",
            List.of(
                    metrics(false),
                    metrics(true),
                    checkpoint(false),
                    checkpoint(true),
                    model(false),
                    model(true),
                    CURVES,
                    REPORT));

    private EarlierRun() {}

    static String metrics(boolean twin) {
        return twin ? "metrics-none.csv" : "metrics.csv";
    }

    static String checkpoint(boolean twin) {
        return twin ? "checkpoint-none.safetensors" : "checkpoint.safetensors";
    }

    static String model(boolean twin) {
        return twin ? "model-none.safetensors" : "model.safetensors";
    }

    /**
     * Refuses a folder with a file of a run's name that no run has written: somebody else's, or damaged.
     *
     * @throws IOException naming it
     */
    static void requireOwn(Path folder) throws IOException {
        boolean measured = Files.isRegularFile(folder.resolve(metrics(false)));
        for (String name : FILES.files()) {
            Path file = folder.resolve(name);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOwn(file, name, measured)) {
                throw new IOException("out holds a file that a run would replace and that is of no run, or damaged: "
                        + file + "; move it away");
            }
        }
    }

    private static boolean isOwn(Path file, String name, boolean measured) {
        try {
            if (!Files.isRegularFile(file)) {
                return false;
            }
            if (name.endsWith(".csv")) {
                try (BufferedReader lines = Files.newBufferedReader(file)) {
                    return MetricsCsv.HEADER.equals(lines.readLine());
                }
            }
            if (name.endsWith(".safetensors")) {
                Map<String, String> texts = Weights.metadata(file);
                return SavedRun.Facts.NAMES.stream().allMatch(texts::containsKey);
            }
            if (name.equals(REPORT)) {
                JsonNode report = new ObjectMapper().readTree(file.toFile());
                return RunReport.PROJECT.equals(report.path("project").textValue());
            }
            // A picture does not tell whose it is; a run has metrics beside it.
            return measured;
        } catch (IOException e) {
            return false;
        }
    }
}
