package org.pernodedrop.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.model.ModelFileException;
import org.pernodedrop.train.TrainingConfig.LearningRateSchedule;

/**
 * Settings and finished epochs of a training. The order of samples is a function of seed and epoch, early stopping one
 * of the losses: this and the network suffice to continue.
 *
 * @param config of the training
 * @param epochs metrics so far, epoch 1 first; may be empty
 */
public record TrainingState(TrainingConfig config, List<EpochMetrics> epochs) {
    private static final String CONFIG = "config";
    private static final String EPOCHS = "epochs";
    private static final ObjectMapper JSON = JsonMapper.builder(JsonText.factory())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Refuses nulls, epochs that are not numbered from 1, and more epochs than configured. */
    public TrainingState {
        Objects.requireNonNull(config, "config");
        epochs = List.copyOf(epochs);
        for (int k = 0; k < epochs.size(); k++) {
            if (epochs.get(k).epoch() != k + 1) {
                throw new IllegalArgumentException("epochs must be numbered from 1 on: epochs[" + k + "]="
                        + epochs.get(k).epoch());
            }
        }
        if (epochs.size() > config.epochs()) {
            throw new IllegalArgumentException("more epochs are finished than configured; configure more: " + "epochs="
                    + config.epochs() + ", finished=" + epochs.size());
        }
    }

    /**
     * A copy with another configuration, which may differ only in patience and number of epochs; in the number of
     * epochs only if the learning rate does not depend on it.
     *
     * @throws IllegalArgumentException if another setting differs, naming it
     */
    public TrainingState continuedBy(TrainingConfig wanted) {
        require("batch-size", config.batchSize(), wanted.batchSize());
        require("optimizer", config.optimizer(), wanted.optimizer());
        require("momentum", config.momentum(), wanted.momentum());
        require("weight-decay", config.weightDecay(), wanted.weightDecay());
        require("learning-rate", config.learningRate(), wanted.learningRate());
        require("schedule", config.schedule(), wanted.schedule());
        require("seed", config.seed(), wanted.seed());
        if (config.schedule() != LearningRateSchedule.CONSTANT) {
            require("epochs", config.epochs(), wanted.epochs());
        }
        return new TrainingState(wanted, epochs);
    }

    private static void require(String name, Object before, Object now) {
        if (!before.equals(now)) {
            throw new IllegalArgumentException("a run is resumed with the " + name
                    + " that it began with; leave the setting out, or start another run: " + name + " was " + before
                    + ", is now " + now);
        }
    }

    /** As JSON: the configuration with names in snake case, and one row of numbers per epoch ({@link EpochRows}). */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.set(CONFIG, JSON.valueToTree(config));
        root.set(EPOCHS, EpochRows.write(epochs));
        return json(root);
    }

    /**
     * Reads {@link #toJson}.
     *
     * @throws ModelFileException if the text is not such a state
     */
    public static TrainingState fromJson(String text) throws ModelFileException {
        JsonNode root = read(text, JsonNode.class);
        if (!root.isObject() || root.size() != 2 || !root.has(CONFIG) || !root.has(EPOCHS)) {
            throw new ModelFileException("the saved state of a training must be an object with " + CONFIG + " and "
                    + EPOCHS + " and no others");
        }
        try {
            List<EpochMetrics> epochs = EpochRows.read(root.get(EPOCHS), JSON);
            return new TrainingState(JSON.treeToValue(root.get(CONFIG), TrainingConfig.class), epochs);
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new ModelFileException(
                    "the saved state of a run is not valid: " + ModelFileException.quoted(e.getMessage()), e);
        }
    }

    private static ModelFileException unreadable(JsonProcessingException e) {
        return new ModelFileException(
                "the saved state of a run cannot be read: " + ModelFileException.quoted(e.getOriginalMessage()), e);
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    static ObjectNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    /** Reads what {@link #json} wrote. */
    static <T> T read(String text, Class<T> type) throws ModelFileException {
        try {
            return requireValue(JSON.readValue(text, type));
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    /** Reads a tree as {@link #tree} makes it. */
    static <T> T read(JsonNode tree, Class<T> type) throws ModelFileException {
        try {
            return requireValue(JSON.treeToValue(tree, type));
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        }
    }

    private static <T> T requireValue(T value) throws ModelFileException {
        if (value == null) {
            throw new ModelFileException("the saved state of a run must not be null");
        }
        return value;
    }

    /**
     * Metrics of epochs as rows of numbers, epoch 1 first:
     * {@code [[running_loss, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds], ...]}. With
     * many epochs, names in every row would take half of a file's header. Such rows, which earlier versions wrote, can
     * be read.
     */
    static final class EpochRows {
        /** Upper bound of a row's length: six numbers of at most 24 characters, and separators. */
        static final int MAX_ROW_LENGTH = 160;

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

        /** Reads rows; those of named numbers by {@code named}. */
        static List<EpochMetrics> read(JsonNode rows, ObjectMapper named)
                throws ModelFileException, JsonProcessingException {
            if (!rows.isArray()) {
                throw new ModelFileException("the saved state of a training must hold epochs as an array");
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
                throw new ModelFileException("the saved state of epoch " + epoch + " must be " + NUMBERS + " numbers: "
                        + ModelFileException.quoted(row));
            }
            return new EpochMetrics(epoch, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
        }
    }
}
