package org.pernodedrop.predict;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.pernodedrop.io.FileSet;

/** The names of the files of predictions, and whether those that a folder has are such: only they may be replaced. */
public final class EarlierPredictions {
    /** The table of predictions, which is written first. */
    public static final String PREDICTIONS = "predictions.csv";

    /** The table of a calibration. */
    public static final String CALIBRATION = "calibration.csv";

    /** The plot of a calibration. */
    public static final String RELIABILITY = "reliability.png";

    /** All of them. */
    public static final FileSet.Kind FILES =
            new FileSet.Kind("predictions", List.of(PREDICTIONS, CALIBRATION, RELIABILITY));

    /** Bytes that are looked at: more than a table of predictions begins with. */
    private static final int BEGINNING = 100;

    private static final Pattern PREDICTIONS_HEADER =
            Pattern.compile("row,(source_row,)?(label,)?class,probability[,\\r\\n]");
    private static final Pattern CALIBRATION_HEADER =
            Pattern.compile(Pattern.quote(PredictionFiles.CALIBRATION_HEADER) + "[\\r\\n]");

    private EarlierPredictions() {}

    /**
     * Whether {@link PredictionFiles} has written a file, by how it begins.
     *
     * @param file with one of the names
     */
    public static boolean isOwn(Path file) {
        if (file.endsWith(CALIBRATION)) {
            return begins(file, CALIBRATION_HEADER);
        }
        // A picture does not tell whose it is; predictions have their table beside it.
        return begins(file.resolveSibling(PREDICTIONS), PREDICTIONS_HEADER);
    }

    private static boolean begins(Path file, Pattern beginning) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream content = Files.newInputStream(file)) {
            String text = new String(content.readNBytes(BEGINNING), StandardCharsets.ISO_8859_1);
            return beginning.matcher(text).lookingAt();
        } catch (IOException e) {
            // What cannot be read is not known to be ours.
            return false;
        }
    }
}
