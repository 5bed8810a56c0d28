package org.pernodedrop.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.model.ModelFileException;

/**
 * Metrics of epochs as rows of numbers, that of epoch 1 first: {@code [[running_loss, train_loss, train_accuracy,
 * validation_loss, validation_accuracy, seconds], ...]}. Names in every row would take half of a file's header when there
 * are many epochs; such rows, which earlier versions wrote, are read too.
 */
final class EpochRows {
    /** No row takes more: six numbers of at most 24 characters, and what is between them. */
    static final int LONGEST_ROW = 160;

    private static final int NUMBERS = 6;

    private EpochRows() {}

    static ArrayNode write(List<EpochMetrics> epochs) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode(epochs.size());
        for (EpochMetrics epoch : epochs) {
            rows.addArray()
                    .add(epoch.runningLoss())
                    .add(epoch.trainLoss())
                    .add(epoch.trainAccuracy())
                    .add(epoch.validationLoss())
                    .add(epoch.validationAccuracy())
                    .add(epoch.seconds());
        }
        return rows;
    }

    /**
     * Reads them.
     *
     * @param named what reads rows of named numbers
     * @throws ModelFileException if they are no such rows
     * @throws JsonProcessingException if named ones are not
     */
    static List<EpochMetrics> read(JsonNode rows, ObjectMapper named)
            throws ModelFileException, JsonProcessingException {
        if (!rows.isArray()) {
            throw new ModelFileException("what a run has saved of its epochs must be an array");
        }
        List<EpochMetrics> epochs = new ArrayList<>();
        for (JsonNode row : rows) {
            epochs.add(row.isArray() ? read(epochs.size() + 1, row) : named.treeToValue(row, EpochMetrics.class));
        }
        return epochs;
    }

    private static EpochMetrics read(int epoch, JsonNode row) throws ModelFileException {
        double[] numbers = new double[NUMBERS];
        boolean valid = row.size() == NUMBERS;
        for (int k = 0; valid && k < NUMBERS; k++) {
            valid = row.get(k).isNumber();
            numbers[k] = row.get(k).doubleValue();
        }
        if (!valid) {
            throw new ModelFileException("what a run has saved of epoch " + epoch + " must be " + NUMBERS + " numbers: "
                    + ModelFileException.quoted(row));
        }
        return new EpochMetrics(epoch, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    }
}
