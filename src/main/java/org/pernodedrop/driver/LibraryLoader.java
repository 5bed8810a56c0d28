package org.pernodedrop.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pernodedrop.io.NativesFolder;

/**
 * Loads NVIDIA's libraries and then JCuda's, which call them, and reports the result for each.
 *
 * <p>NVIDIA's library is loaded by its path before JCuda's, which then uses it: the system's loader does not search for a
 * name that the process has already loaded. Where no file is found, the system's loader may still find one.
 */
final class LibraryLoader {
    /** This project's library that exports cuBLAS 13 under the names of cuBLAS 12. */
    static final String FORWARDING = "libcublas-forwarding.so";

    private static final String NEWER_CUBLAS = "libcublas.so.13";
    private static final String NAME_FOLDER = "name its folder by -D" + SearchSettings.LIBRARIES + "=DIR";
    private static final String PIP = "pip install nvidia-cublas-cu12 nvidia-curand-cu12";
    private static final String CACHE_REMEDY =
            "make room there, or choose another folder by -D" + NativesFolder.PROPERTY + "=DIR";
    private static final Pattern FILE_VERSION = Pattern.compile("\\.so\\.(\\d+(\\.\\d+)+)$");

    private final LibrarySearch search;
    private final RedistLibraries redist;
    private final NativeLoader loader;
    private final List<LibraryFinding> findings = new ArrayList<>();
    private Throwable cause;

    LibraryLoader(LibrarySearch search, RedistLibraries redist, NativeLoader loader) {
        this.search = search;
        this.redist = redist;
        this.loader = loader;
    }

    /** Loads what can be loaded; findings are in the order natives of JCuda, driver, cuBLAS, cuRAND. */
    CudaLibraries load() {
        boolean natives = findNatives();
        boolean driver = natives && load(JCudaLibrary.DRIVER);
        boolean cublas = driver && loadCublas();
        boolean curand = cublas && load(JCudaLibrary.CURAND);
        if (natives && !driver) {
            lookForCublas();
        }
        if (natives && !cublas) {
            look(JCudaLibrary.CURAND);
        }
        return new CudaLibraries(findings, driver, cublas, curand, cublas ? null : cause);
    }

    private boolean findNatives() {
        String name = "JCuda natives";
        String platform = search.settings().platform();
        if (platform == null) {
            String problem = "JCuda has no natives for " + search.settings().machine()
                    + ", only for Linux and Windows on x86-64";
            return lost(name, null, problem, "use the CPU");
        }
        for (JCudaLibrary library : List.of(JCudaLibrary.DRIVER, JCudaLibrary.CUBLAS)) {
            if (!loader.isPresent(library)) {
                String problem = "the class path holds no lib" + library.baseName() + " for " + platform;
                String natives = "add org.jcuda's jcuda-natives, jcublas-natives and jcurand-natives, classifier ";
                return lost(name, null, problem, natives + platform + ", or start the runnable jar");
            }
        }
        return found(name, platform, null);
    }

    private boolean load(JCudaLibrary library) {
        String file = library.nvidiaFile(search.settings().isWindows());
        List<Path> candidates;
        try {
            candidates = candidates(file);
        } catch (UncheckedIOException failure) {
            return lost(file, null, failure.getMessage(), CACHE_REMEDY);
        }
        return candidates.isEmpty() ? loadBySystem(library, file) : loadFirst(library, file, candidates);
    }

    /** Loads cuBLAS 12, or cuBLAS 13 through the forwarding library. */
    private boolean loadCublas() {
        Optional<Path> newer = newerCublas();
        if (newer.isEmpty()) {
            return load(JCudaLibrary.CUBLAS);
        }
        Optional<Path> forwarding = first(FORWARDING);
        if (forwarding.isEmpty()) {
            String file = JCudaLibrary.CUBLAS.nvidiaFile(false);
            boolean known = !search.settings().givenOnly()
                    && failureBySystem(JCudaLibrary.CUBLAS, file).isEmpty();
            return known || missingForwarding(newer.get());
        }
        try {
            loadBeside(newer.get());
            loader.load(newer.get());
            loader.load(forwarding.get());
            loader.load(JCudaLibrary.CUBLAS);
        } catch (LinkageError | RuntimeException failure) {
            return failed(NEWER_CUBLAS, newer.get(), failure, "install cuBLAS of CUDA 12: " + PIP);
        }
        foundForwarding(newer.get(), forwarding.get(), version(JCudaLibrary.CUBLAS, newer.get()));
        return true;
    }

    /** Loads cuBLAS 13, where there is no cuBLAS 12. */
    private Optional<Path> newerCublas() {
        boolean windows = search.settings().isWindows();
        String file = JCudaLibrary.CUBLAS.nvidiaFile(windows);
        boolean known = windows || redist.holds(file) || first(file).isPresent();
        return known ? Optional.empty() : first(NEWER_CUBLAS);
    }

    private void foundForwarding(Path newer, Path forwarding, String version) {
        found(NEWER_CUBLAS, newer.toString(), version);
        found(FORWARDING, forwarding.toString(), null);
    }

    private boolean missingForwarding(Path newer) {
        String problem = "only cuBLAS of CUDA 13 is there (" + newer + "); JCuda calls it by the names of CUDA 12, and "
                + FORWARDING + ", which knows both, was not found";
        String remedy = "build that by cuda/cublas-forwarding/build.sh DIR and " + NAME_FOLDER + ", or " + PIP;
        return lost(FORWARDING, null, problem, remedy);
    }

    private boolean loadFirst(JCudaLibrary library, String file, List<Path> candidates) {
        Throwable firstFailure = null;
        for (Path candidate : candidates) {
            try {
                loadBeside(candidate);
                loader.load(candidate);
                loader.load(library);
                return found(file, candidate.toString(), version(library, candidate));
            } catch (LinkageError | RuntimeException failure) {
                firstFailure = firstFailure == null ? failure : firstFailure;
            }
        }
        String remedy = "mend or remove that file, or " + otherwise(library);
        return lost(file, candidates.get(0), LinkProblems.explain(firstFailure), remedy);
    }

    private boolean loadBySystem(JCudaLibrary library, String file) {
        if (search.settings().givenOnly()) {
            return missing(library, file);
        }
        Optional<String> danger = search.danger(file);
        if (danger.isPresent()) {
            return lost(file, null, danger.get(), otherwise(library));
        }
        Optional<Throwable> failure = failureBySystem(library, file);
        if (failure.isEmpty()) {
            return true;
        }
        if (LinkProblems.explain(failure.get()).startsWith(file)) {
            cause = cause == null ? failure.get() : cause;
            return missing(library, file);
        }
        return failed(file, null, failure.get(), otherwise(library));
    }

    /** Loads by the system's own search; returns why that fails, or nothing. */
    private Optional<Throwable> failureBySystem(JCudaLibrary library, String file) {
        try {
            loader.load(library);
        } catch (LinkageError | RuntimeException failure) {
            return Optional.of(failure);
        }
        String path = loader.pathOfLoaded(file);
        String version = version(library, path == null ? null : Path.of(path));
        found(file, path, version);
        return Optional.empty();
    }

    /** Loads cublasLt before cuBLAS, which needs it. */
    private void loadBeside(Path library) throws LinkageError {
        String name = library.getFileName().toString();
        if (!name.contains("cublas")) {
            return;
        }
        String companion = companion(name);
        Path beside = library.resolveSibling(companion);
        if (beside.toFile().isFile()) {
            loader.load(beside);
        } else if (redist.holds(companion)) {
            loader.load(unpacked(companion));
        } else {
            first(companion).ifPresent(loader::load);
        }
    }

    private static String companion(String file) {
        return file.replace("cublas", "cublasLt");
    }

    private Path unpacked(String file) {
        try {
            return redist.file(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    // Without the driver nothing is loaded: this only reports what exists.
    private void lookForCublas() {
        Optional<Path> newer = newerCublas();
        Optional<Path> forwarding = first(FORWARDING);
        if (newer.isEmpty()) {
            look(JCudaLibrary.CUBLAS);
        } else if (forwarding.isPresent()) {
            foundForwarding(newer.get(), forwarding.get(), fileVersion(newer.get()));
        } else {
            missingForwarding(newer.get());
        }
    }

    private void look(JCudaLibrary library) {
        String file = library.nvidiaFile(search.settings().isWindows());
        Optional<Path> found = first(file);
        if (found.isPresent()) {
            found(file, found.get().toString(), fileVersion(found.get()));
        } else if (redist.holds(file)) {
            found(file, "class path", null);
        } else {
            missing(library, file);
        }
    }

    private List<Path> candidates(String file) {
        List<Path> candidates = new ArrayList<>(search.given(file));
        if (candidates.isEmpty() && redist.holds(file)) {
            if (redist.holds(companion(file))) {
                unpacked(companion(file));
            }
            candidates.add(unpacked(file));
        }
        candidates.addAll(search.others(file));
        return candidates;
    }

    private Optional<Path> first(String file) {
        return search.given(file).stream().findFirst().or(() -> search.others(file).stream()
                .findFirst());
    }

    private boolean missing(JCudaLibrary library, String file) {
        if (search.settings().givenOnly()) {
            String problem =
                    file + " is not in the folders of " + SearchSettings.LIBRARIES + ", the only ones searched";
            return lost(file, null, problem, NAME_FOLDER + ", or leave out -D" + SearchSettings.SEARCH + "=given");
        }
        String problem = search.distrusted(file)
                .map(path -> path + " is not trusted: every user of this machine may write it or its folder")
                .orElse(file + " was not found");
        return lost(file, null, problem, otherwise(library));
    }

    private static String otherwise(JCudaLibrary library) {
        return switch (library) {
            case DRIVER -> "install NVIDIA's driver; in a container, let it see the GPU (docker run --gpus all)";
            case CUBLAS, CURAND -> "install that of CUDA 12 (" + PIP + "), or " + NAME_FOLDER;
        };
    }

    private boolean found(String file, String path, String version) {
        return findings.add(new LibraryFinding(file, path, version, null, null));
    }

    private boolean lost(String file, Path path, String problem, String remedy) {
        findings.add(new LibraryFinding(file, path == null ? null : path.toString(), null, problem, remedy));
        return false;
    }

    private boolean failed(String file, Path path, Throwable failure, String remedy) {
        cause = cause == null ? failure : cause;
        String known = LinkProblems.remedy(failure).orElse(remedy);
        return lost(file, path, LinkProblems.explain(failure), known);
    }

    private String version(JCudaLibrary library, Path path) {
        String told = loader.version(library);
        return told != null || path == null ? told : fileVersion(path);
    }

    /** The version in the name of the file that the link resolves to, or null. */
    private static String fileVersion(Path path) {
        try {
            Matcher version =
                    FILE_VERSION.matcher(path.toRealPath().getFileName().toString());
            return version.find() ? version.group(1) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
