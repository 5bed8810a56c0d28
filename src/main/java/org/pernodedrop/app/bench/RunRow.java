package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.stream.Stream;
import org.pernodedrop.app.bench.ResultRow.MayBeNull;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.train.RunReport;

/**
 * A run of the benchmark program: the software, the machine and the settings of its measurements.
 *
 * @param run a name of its own
 * @param started ISO 8601, UTC
 * @param command the arguments
 * @param software what was run
 * @param machine what it was run on
 * @param precision that the backend was opened with
 * @param seconds each way to compute a layer was warmed up and timed
 * @param peaks what the device reached; null where that was not measured
 */
public record RunRow(
        String run,
        String started,
        String command,
        @JsonUnwrapped Software software,
        @JsonUnwrapped Machine machine,
        String precision,
        double seconds,
        @MayBeNull Peaks peaks)
        implements ResultRow {
    /**
     * What was run.
     *
     * @param commit of the sources
     * @param version of the software
     * @param java version and virtual machine
     */
    public record Software(String commit, String version, String java) {}

    /**
     * What it was run on.
     *
     * @param operatingSystem name, version and architecture
     * @param processor of the host, and how many of its cores there are
     * @param device cpu or cuda
     * @param backend the backend's description: GPU, driver, libraries, kernels
     * @param threads on the CPU
     */
    public record Machine(String operatingSystem, String processor, String device, String backend, int threads) {}

    /**
     * Facts that the caller supplies; the other facts of a {@link RunRow} are determined here.
     *
     * @param command the arguments
     * @param commit of the sources
     * @param version of the software
     * @param threads on the CPU
     * @param seconds each way to compute something is warmed up and timed
     */
    public record Start(String command, String commit, String version, int threads, double seconds) {
        private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

        /** Measures the device's peaks first. */
        public RunRow withPeaks(Backend backend, BackendOptions options) {
            return row(backend, options, Peaks.measure(backend, options));
        }

        /** Without peaks. */
        public RunRow withoutPeaks(Backend backend, BackendOptions options) {
            return row(backend, options, null);
        }

        private RunRow row(Backend backend, BackendOptions options, Peaks peaks) {
            return new RunRow(
                    UUID.randomUUID().toString(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    command,
                    new Software(commit, version, RunReport.javaVersion()),
                    new Machine(
                            RunReport.operatingSystemName(),
                            processor(),
                            backend.device(),
                            backend.describe(),
                            threads),
                    options.precision().toString(),
                    seconds,
                    peaks);
        }

        /** The processor's name and its cores, where the system tells. */
        public static String processor() {
            String cores = ", " + Runtime.getRuntime().availableProcessors() + " cores";
            try (Stream<String> lines = Files.lines(PROCESSORS)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip() + cores)
                        .findFirst()
                        .orElse(System.getProperty("os.arch") + cores);
            } catch (IOException e) {
                // Only Linux tells.
                return System.getProperty("os.arch") + cores;
            }
        }
    }
}
