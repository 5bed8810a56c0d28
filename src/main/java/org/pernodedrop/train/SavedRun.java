package org.pernodedrop.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.model.Checkpoint;
import org.pernodedrop.model.ModelFileException;
import org.pernodedrop.model.NetworkJson;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.NetworkSpec;

/**
 * The state of a run, read from a checkpoint of {@link RunCheckpoints}.
 *
 * @param checkpoint network, optimizer and step
 * @param facts of the run
 */
public record SavedRun(Checkpoint checkpoint, Facts facts) {
    private static final String TRAINING = "training";
    private static final String DATA = "data";
    private static final String ARGUMENTS = "arguments";
    private static final String COMPUTED_BY = "computed_by";
    private static final String DIVERGED = "diverged";

    /**
     * The state of a run apart from its network.
     *
     * @param training settings and finished epochs
     * @param data that it is trained on
     * @param arguments of the command line that started the run
     * @param computedBy the backend
     * @param joinsSingle whether a last batch of one example joins the one before,
     *     {@link NetworkSpec#needsSeveralSamples}
     * @param diverged one line if a loss that was not finite ended the training after the last epoch; otherwise null
     */
    public record Facts(
            TrainingState training,
            TrainedData data,
            List<String> arguments,
            String computedBy,
            boolean joinsSingle,
            String diverged) {
        /** Names of the texts in every file of a run. */
        static final List<String> NAMES = List.of(TRAINING, DATA, ARGUMENTS, COMPUTED_BY);

        /** Copies the list. */
        public Facts {
            arguments = List.copyOf(arguments);
        }

        /** Facts of a network that can train on single examples and has not diverged. */
        public Facts(TrainingState training, TrainedData data, List<String> arguments, String computedBy) {
            this(training, data, arguments, computedBy, false, null);
        }

        /** Number of training steps of the finished epochs. */
        public long steps() {
            return (long) training.epochs().size() * stepsPerEpoch();
        }

        /** Number of steps of an epoch. */
        public int stepsPerEpoch() {
            return sizes().steps();
        }

        private BatchSizes sizes() {
            return new BatchSizes(data.trainExamples(), training.config().batchSize(), joinsSingle);
        }

        /**
         * The training example in a row of a step's batch, by its number in the training part.
         *
         * @throws IllegalArgumentException if the run has not made the step, or its batch has no such row
         */
        public int exampleAt(long step, int row) {
            if (step < 0 || step >= steps()) {
                throw new IllegalArgumentException(
                        "step must be one that the run has made, in [0, " + steps() + "): step=" + step);
            }
            int epoch = (int) (step / stepsPerEpoch()) + 1;
            int first = sizes().before((int) (step % stepsPerEpoch()));
            int size = sizes().after(first);
            if (row < 0 || row >= size) {
                throw new IllegalArgumentException("sample must be a row of the step's batch, in [0, " + size
                        + "): sample=" + row + ", step=" + step);
            }
            return Permutation.of(data.trainExamples(), training.config().seed(), Permutation.SHUFFLE, epoch)[
                    first + row];
        }

        /** The texts of a file. */
        Map<String, String> toMetadata() {
            Map<String, String> texts = new LinkedHashMap<>();
            texts.put(TRAINING, training.toJson());
            texts.put(DATA, data.toJson());
            texts.put(ARGUMENTS, TrainingState.json(arguments));
            texts.put(COMPUTED_BY, computedBy);
            if (diverged != null) {
                texts.put(DIVERGED, diverged);
            }
            return texts;
        }

        /**
         * Reads the texts of a file.
         *
         * @param file for messages
         * @throws ModelFileException if one is missing or damaged
         */
        public static Facts read(Path file, Map<String, String> texts) throws ModelFileException {
            for (String name : NAMES) {
                if (!texts.containsKey(name)) {
                    throw new ModelFileException(file + " belongs to no run: its metadata must have the text " + name
                            + "; name the directory of a run");
                }
            }
            try {
                return new Facts(
                        TrainingState.fromJson(texts.get(TRAINING)),
                        TrainedData.fromJson(texts.get(DATA)),
                        Arrays.asList(TrainingState.read(texts.get(ARGUMENTS), String[].class)),
                        texts.get(COMPUTED_BY),
                        needsSeveral(texts.get(Weights.NETWORK)),
                        texts.get(DIVERGED));
            } catch (ModelFileException e) {
                throw new ModelFileException(file + ": " + e.getMessage(), e);
            } catch (NullPointerException e) {
                throw new ModelFileException(file + ": the saved state of a run must not be null", e);
            }
        }
    }

    // A missing description is refused where the network is needed.
    private static boolean needsSeveral(String network) throws ModelFileException {
        return network != null && NetworkJson.read(network).needsSeveralSamples();
    }

    /**
     * Reads a checkpoint.
     *
     * @throws ModelFileException if the file is damaged or not a checkpoint of a run
     * @throws IOException if the file cannot be read
     */
    public static SavedRun read(Path file) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(file);
        return new SavedRun(checkpoint, Facts.read(file, checkpoint.metadata()));
    }
}
