package org.pernodedrop.driver;

import java.util.List;
import java.util.Optional;
import org.pernodedrop.io.Uninterrupted;

/**
 * NVIDIA's libraries and those of JCuda, loaded once for the process.
 *
 * <p>They are searched in this order: the folders of the system property {@code pernodedrop.cuda.libraries} (separated as
 * in a class path); the jar that the Maven profile {@code cuda-redist} puts on the class path; the toolkit that CUDA_HOME or
 * CUDA_PATH names; LD_LIBRARY_PATH (PATH on Windows); the usual folders of toolkits, distributions and conda; pip's
 * packages; and wherever the system's loader finds them. {@code -Dpernodedrop.cuda.search=given} searches the first only.
 *
 * <p>The driver and cuBLAS are needed. cuRAND is not: kernels of this project draw the same numbers.
 *
 * @param findings in the order of loading: natives of JCuda, driver, cuBLAS, cuRAND
 * @param isDriverUsable whether the driver can be called
 * @param isUsable whether the driver and cuBLAS can be called
 * @param curandAvailable whether cuRAND can be called
 * @param cause of a failure to load the driver or cuBLAS, or null
 */
public record CudaLibraries(
        List<LibraryFinding> findings,
        boolean isDriverUsable,
        boolean isUsable,
        boolean curandAvailable,
        Throwable cause) {
    private static CudaLibraries ofThisProcess;

    public CudaLibraries {
        findings = List.copyOf(findings);
    }

    /**
     * Loads the libraries, unless this was done before. Afterwards {@code JCudaDriver}, {@code JCublas2} and, if {@link
     * #curandAvailable}, {@code JCurand} may be used.
     *
     * @throws DeviceUnavailableException naming what is missing and the remedy in a line; every call says the same
     */
    public static CudaLibraries load() {
        CudaLibraries libraries = probe();
        libraries.problem().ifPresent(finding -> {
            throw new DeviceUnavailableException(
                    "device cuda cannot be had: " + finding.problem() + "; " + finding.remedy(), libraries.cause);
        });
        return libraries;
    }

    /**
     * The same for callers that only launch kernels: only {@code JCudaDriver} may be used afterwards.
     *
     * @throws DeviceUnavailableException likewise, but not if only cuBLAS is missing
     */
    public static void loadDriver() {
        if (!probe().isDriverUsable()) {
            load();
        }
    }

    /** Loads the libraries like {@link #load}, but without an exception: {@link #problem} says whether they can be used. */
    public static synchronized CudaLibraries probe() {
        if (ofThisProcess == null) {
            ofThisProcess = Uninterrupted.get(CudaLibraries::loadOnce);
        }
        return ofThisProcess;
    }

    /**
     * Whether a program that chooses the best device may choose CUDA. {@code -Dpernodedrop.cuda.auto=false} reserves the GPU
     * for programs that request CUDA by name.
     *
     * @throws IllegalArgumentException if the property is neither true nor false
     */
    public static boolean automatic() {
        return SearchSettings.ofThisMachine().automatic();
    }

    private static CudaLibraries loadOnce() {
        LibrarySearch search = new LibrarySearch(SearchSettings.ofThisMachine());
        try (NativeLoader loader = new JvmLoader()) {
            return new LibraryLoader(search, RedistLibraries.ofThisProgram(), loader).load();
        }
    }

    /** Whether CUDA can be used without the library of a finding. */
    public static boolean isOptional(LibraryFinding finding) {
        return finding.name().contains("curand");
    }

    /** The first thing that keeps the driver or cuBLAS from being called; none if they can be. */
    public Optional<LibraryFinding> problem() {
        return isUsable
                ? Optional.empty()
                : findings.stream().filter(finding -> !finding.isUsable()).findFirst();
    }
}
