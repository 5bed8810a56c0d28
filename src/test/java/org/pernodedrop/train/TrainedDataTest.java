package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Reading;
import org.pernodedrop.data.Reading.Header;
import org.pernodedrop.model.ModelFileException;

class TrainedDataTest {
    private static final String ROWS = "1.5,2.5,a\n3.5,0.5,b\n1.25,2.75,a\n3.25,0.25,b\n5,6,b\n";

    @TempDir
    Path directory;

    private TrainedData trained(String text, Header header) throws IOException {
        Path file = directory.resolve("table.csv");
        Files.writeString(file, text);
        DataSource source = DataSource.of("csv:" + file, Reading.standard().withHeader(header));
        DataSplit split = source.load(3, 0.4, 0);
        return TrainedData.of(source.name(), null, 0.4, 0, 3, split, split.standardize());
    }

    private TrainedData named() throws IOException {
        return trained("w,h,kind\n" + ROWS, Header.AUTO);
    }

    @Test
    void columnsAreKept() throws IOException {
        TrainedData data = named();
        TrainedData again = TrainedData.fromJson(data.toJson());
        assertEquals(data, again);
        assertEquals(List.of("w", "h"), again.columns().featureNames());
        assertEquals("kind", again.columns().labelName());
        assertEquals(List.of("a", "b"), again.wanted().classNames());
    }

    /** The header setting of the first reading, given or detected, holds when the data is read again. */
    @Test
    void theHeaderIsReadAgainAsItWas() throws IOException {
        TrainedData given = trained("7,3,1\n1.5,2.5,0\n3.5,0.5,1\n1.25,2.75,0\n3.25,0.25,1\n", Header.YES);
        assertEquals(List.of("7", "3"), given.columns().featureNames());
        assertEquals(
                given.trainExamples(),
                given.reload(null, Reading.STANDARD_LIMIT).train().examples());
        TrainedData not = trained("0,1,kind\n" + ROWS + "7,8,kind\n", Header.NO);
        assertFalse(not.columns().header());
        assertEquals(List.of("a", "b", "kind"), not.wanted().classNames());
        assertEquals(3, not.reload(null, Reading.STANDARD_LIMIT).train().classes());
    }

    /** Data of another kind is refused by its checksum, not for its missing header. */
    @Test
    void dataOfAnotherKindIsOtherData() throws IOException {
        TrainedData data = named();
        Refusal.starts(
                IllegalArgumentException.class,
                "the data is not what",
                () -> data.reload("vowel", Reading.STANDARD_LIMIT));
    }

    @Test
    void filesFromBeforeColumnsWereKeptAreRead() throws IOException {
        TrainedData data = named();
        ObjectMapper json = new ObjectMapper();
        ObjectNode tree = (ObjectNode) json.readTree(data.toJson());
        tree.remove("columns");
        TrainedData old = TrainedData.fromJson(tree.toString());
        assertNull(old.columns());
        assertEquals(Optional.empty(), old.wanted().columns());
        assertEquals(data.checksum(), old.checksum());
        assertEquals(3, old.reload(null, Reading.STANDARD_LIMIT).train().examples());
        tree.remove("label");
        Refusal.contains(ModelFileException.class, "label", () -> TrainedData.fromJson(tree.toString()));
    }

    @Test
    void columnsThatAreNotTheFeaturesAreRefused() throws IOException {
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(named().toJson());
        for (String[] names : new String[][] {{"w"}, {"w", null}, {"w", "w"}, {"w", "kind"}}) {
            ArrayNode array = ((ObjectNode) tree.get("columns")).putArray("feature_names");
            Arrays.stream(names).forEach(array::add);
            assertThrows(ModelFileException.class, () -> TrainedData.fromJson(tree.toString()));
        }
        tree.put("columns", "w,h");
        assertThrows(ModelFileException.class, () -> TrainedData.fromJson(tree.toString()));
    }

    @Test
    void pixelsOfAnotherScaleAreTold() {
        TrainedData images = pixels("idx:/images");
        assertEquals(Optional.empty(), images.doubt(new float[] {0, 1, 0.5f, 0.25f}));
        String doubt = images.doubt(new float[] {0, 1, 0, 255}).orElseThrow();
        assertTrue(doubt.contains("row=1, feature=1, value=255.0; divide pixels"), doubt);
        assertTrue(pixels("cifar10:/images").doubt(new float[] {-1, 0}).isPresent());
        assertEquals(Optional.empty(), pixels("digits").doubt(new float[] {0, 16}));
        assertEquals(Optional.empty(), pixels("csv:/idx:").doubt(new float[] {0, 255}));
    }

    private static TrainedData pixels(String source) {
        TrainedData.Scaling ones = new TrainedData.Scaling(List.of(1.0, 1.0), List.of(1.0, 1.0));
        TrainedData.Split split = new TrainedData.Split(0.2, 0, 1);
        return new TrainedData(source, null, split, "0", 9, List.of(1, 2), List.of("0", "1"), ones, null);
    }
}
