package org.pernodedrop.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pernodedrop.backend.MatrixPrecision;

/**
 * What a run was and what came out of it, as JSON with names in snake case.
 *
 * @param project name of the software
 * @param version of the software
 * @param java version and virtual machine
 * @param operatingSystem name, version and architecture
 * @param started when the run began, ISO 8601 with the offset from UTC
 * @param device what computed
 * @param deviceUse how it was used
 * @param seed what everything random followed from
 * @param settings every option as it was in force, by its name on the command line
 * @param effectiveDropRate share of mask values that are really dropped or disturbed; 0 without a regularizer
 * @param planes random bits behind each Bernoulli value; 0 without any
 * @param data what was trained on
 * @param networks the network that the run is about, then its unregularised baseline, if there is one
 */
public record RunReport(
        String project,
        String version,
        String java,
        String operatingSystem,
        String started,
        String device,
        DeviceUse deviceUse,
        long seed,
        Map<String, Object> settings,
        double effectiveDropRate,
        int planes,
        Data data,
        List<TrainedNetwork> networks) {
    /** What {@link #project} is. */
    public static final String PROJECT = "pernodedrop";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /**
     * How a device was used.
     *
     * @param peakMemoryBytes most bytes of its memory that the run held at a time
     * @param totalMemoryBytes what it has; on the CPU the largest heap
     * @param dataOnDevice whether the data set lay in its memory, or was copied there batch by batch
     * @param graphs whether training steps were CUDA graphs
     * @param matrixPrecision how ordinary matrices were multiplied
     */
    public record DeviceUse(
            long peakMemoryBytes,
            long totalMemoryBytes,
            boolean dataOnDevice,
            boolean graphs,
            MatrixPrecision matrixPrecision) {}

    /**
     * A data set.
     *
     * @param name its specification
     * @param description what it is
     * @param features of an example
     * @param classes number of them
     * @param trainExamples in the training part
     * @param validationExamples in the validation part
     * @param testExamples in the test part; 0 if it has none
     */
    public record Data(
            String name,
            String description,
            int features,
            int classes,
            int trainExamples,
            int validationExamples,
            int testExamples) {}

    /**
     * A network after training.
     *
     * @param name its regularizer
     * @param layers kind and settings of each layer
     * @param strategies how masks on connections were computed
     * @param parameters number of trained values
     * @param epochs number of finished epochs
     * @param stoppedEarly whether early stopping ended it
     * @param diverged what ended training after the last finished epoch, in one line: the loss was not finite; null if it
     *     did not
     * @param last the last epoch: the network as it was tested; null if there is none
     * @param best the epoch of the lowest validation loss; null if there is none
     * @param test loss and accuracy on the test part after the last epoch; null if the set has none
     * @param seconds of all epochs
     */
    public record TrainedNetwork(
            String name,
            List<String> layers,
            List<LayerStrategy> strategies,
            long parameters,
            int epochs,
            boolean stoppedEarly,
            String diverged,
            @JsonProperty("final") EpochMetrics last,
            EpochMetrics best,
            Test test,
            double seconds) {}

    /**
     * How a layer with masks on connections was computed.
     *
     * @param layer its number, from 0
     * @param strategy that computed it
     * @param reason why
     * @param maskBytes that held mask values from the forward to the backward pass
     */
    public record LayerStrategy(int layer, String strategy, String reason, long maskBytes) {}

    /**
     * What a network reached on the test part.
     *
     * @param loss mean loss
     * @param accuracy share that was right
     */
    public record Test(double loss, double accuracy) {}

    /** Version and virtual machine that this runs on. */
    public static String javaVersion() {
        return System.getProperty("java.version") + " (" + System.getProperty("java.vm.name") + ")";
    }

    /** Name, version and architecture of what this runs on. */
    public static String operatingSystemName() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
    }

    /**
     * Writes the report.
     *
     * @param file replaced if it is there
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public void write(Path file) {
        try {
            RunDirectory.write(file, (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the report cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
