package org.pernodedrop.app.bench;

/**
 * One call of the benchmark: where and with what its lines were measured.
 *
 * @param run a name of its own
 * @param started ISO 8601, UTC
 * @param command the arguments
 * @param commit of the sources
 * @param version of the software
 * @param java version and virtual machine
 * @param operatingSystem name, version and architecture
 * @param processor of the host, and how many of its cores there are
 * @param device cpu or cuda
 * @param backend the backend's description: GPU, driver, libraries, kernels
 * @param threads on the CPU
 * @param matrixPrecision of ordinary matrix products
 * @param sequencePrecision of products with masks that positions share
 * @param seconds each way to compute a layer was warmed up and timed
 * @param peaks what the device reached; null where that was not measured
 */
public record RunRow(
        String run,
        String started,
        String command,
        String commit,
        String version,
        String java,
        String operatingSystem,
        String processor,
        String device,
        String backend,
        int threads,
        String matrixPrecision,
        String sequencePrecision,
        double seconds,
        @MayBeNull Peaks peaks)
        implements ResultRow {}
