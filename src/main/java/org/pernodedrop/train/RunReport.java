package org.pernodedrop.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pernodedrop.kernels.Precision;

/**
 * Settings and results of a run, as JSON with names in snake case; the fields of {@link Environment},
 * {@link MaskFigures} and {@link Progress} are written into the object that holds them.
 *
 * @param environment software and machine
 * @param started when the run began, ISO 8601 with the offset from UTC
 * @param device that computed
 * @param deviceUse memory and kinds of computation on the device
 * @param seed of everything random
 * @param settings every option in force, by its name on the command line
 * @param masks figures of the masks
 * @param data that was trained on
 * @param networks the network that the run is about, then its unregularised baseline, if there is one
 */
public record RunReport(
        @JsonUnwrapped Environment environment,
        String started,
        String device,
        DeviceUse deviceUse,
        long seed,
        Map<String, Object> settings,
        @JsonUnwrapped MaskFigures masks,
        Data data,
        List<TrainedNetwork> networks) {
    /** Value of the field {@code project}. */
    public static final String PROJECT = "pernodedrop";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /**
     * Software and machine of a run.
     *
     * @param project name of the software
     * @param version of the software
     * @param java version and virtual machine
     * @param operatingSystem name, version and architecture
     */
    public record Environment(String project, String version, String java, String operatingSystem) {
        /** That of this process. */
        public static Environment current(String version) {
            return new Environment(PROJECT, version, javaVersion(), operatingSystemName());
        }
    }

    /**
     * Figures of a run's masks.
     *
     * @param effectiveDropRate share of mask values that are dropped or perturbed; 0 without a regularizer
     * @param planes random bits behind each Bernoulli value; 0 without Bernoulli values
     */
    public record MaskFigures(double effectiveDropRate, int planes) {}

    /**
     * Memory and kinds of computation on a device.
     *
     * @param peakMemoryBytes largest number of bytes of its memory that the run held at a time
     * @param totalMemoryBytes size of its memory; on the CPU the largest heap
     * @param dataOnDevice whether the data set was in its memory; otherwise it was copied there batch by batch
     * @param graphs whether training steps were CUDA graphs
     * @param precision of all products
     */
    public record DeviceUse(
            long peakMemoryBytes, long totalMemoryBytes, boolean dataOnDevice, boolean graphs, Precision precision) {}

    /**
     * A data set.
     *
     * @param name its specification
     * @param description in one line
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
     * @param strategies for masks on connections, by layer
     * @param parameters number of trained values
     * @param progress number of epochs, and why there are no more
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
            @JsonUnwrapped Progress progress,
            @JsonProperty("final") EpochMetrics last,
            EpochMetrics best,
            Test test,
            double seconds) {}

    /**
     * Number of epochs, and why there are no more.
     *
     * @param epochs number of finished epochs
     * @param stoppedEarly whether early stopping ended the training
     * @param diverged one line if a loss that was not finite ended the training after the last finished epoch;
     *     otherwise null
     */
    public record Progress(int epochs, boolean stoppedEarly, String diverged) {}

    /**
     * The strategy of a layer with masks on connections.
     *
     * @param layer its number, from 0
     * @param strategy that computed it
     * @param reason for the choice
     * @param maskBytes of mask values kept from the forward to the backward pass
     */
    public record LayerStrategy(int layer, String strategy, String reason, long maskBytes) {}

    /**
     * Results on the test part.
     *
     * @param loss mean loss
     * @param accuracy share of correct predictions, in [0, 1]
     */
    public record Test(double loss, double accuracy) {}

    /** Version and virtual machine of this Java runtime. */
    public static String javaVersion() {
        return System.getProperty("java.version") + " (" + System.getProperty("java.vm.name") + ")";
    }

    /** Name, version and architecture of this operating system. */
    public static String operatingSystemName() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
    }

    /**
     * Writes the report.
     *
     * @param file replaced if it exists
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
