package org.pernodedrop.driver;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Searches the folders where NVIDIA's libraries may lie, in a fixed order. */
final class LibrarySearch {
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private final SearchSettings settings;
    private List<Path> folders;

    LibrarySearch(SearchSettings settings) {
        this.settings = settings;
    }

    SearchSettings settings() {
        return settings;
    }

    /** The files of that name in the folders that the system property names. */
    List<Path> given(String fileName) {
        return files(settings.given(), fileName);
    }

    /** The files of that name in all other trusted folders; none if only given folders are searched. */
    List<Path> others(String fileName) {
        return inPlaces(fileName).stream().filter(file -> !mayBeOfAnybody(file)).toList();
    }

    /** The first file of that name in those folders that is not trusted, since any user may have written it. */
    Optional<Path> distrusted(String fileName) {
        return inPlaces(fileName).stream().filter(LibrarySearch::mayBeOfAnybody).findFirst();
    }

    private List<Path> inPlaces(String fileName) {
        if (settings.givenOnly()) {
            return List.of();
        }
        if (folders == null) {
            folders = new Places().all();
        }
        return files(folders, fileName);
    }

    /**
     * Why the system's loader must not search for a file: it would find one that any user may have written. Nothing if it
     * would not.
     */
    Optional<String> danger(String fileName) {
        String variable = settings.isWindows() ? "PATH" : "LD_LIBRARY_PATH";
        for (Path folder : settings.entries(variable)) {
            Path file = folder.resolve(fileName);
            if (Files.isRegularFile(file) && !folder.isAbsolute()) {
                return Optional.of(fileName + " was found in the folder '" + folder + "' of " + variable
                        + ", which depends on the current folder and is not trusted: name folders there in full");
            }
            if (Files.isRegularFile(file) && mayBeOfAnybody(file)) {
                return Optional.of(file
                        + " is not trusted: every user of this machine may write it or its folder, which stands in "
                        + variable);
            }
        }
        return Optional.empty();
    }

    private static List<Path> files(List<Path> folders, String fileName) {
        return folders.stream()
                .map(folder -> folder.resolve(fileName).toAbsolutePath())
                .filter(Files::isRegularFile)
                .distinct()
                .toList();
    }

    /** Collects existing folders, each once. */
    private final class Places {
        private final Set<Path> found = new LinkedHashSet<>();

        List<Path> all() {
            for (String name : List.of("CUDA_HOME", "CUDA_PATH")) {
                settings.variable(name).forEach(this::addToolkit);
            }
            settings.variable(settings.isWindows() ? "PATH" : "LD_LIBRARY_PATH").forEach(this::add);
            if (settings.isWindows()) {
                addWindows();
            } else {
                addUnix();
            }
            addPip();
            return List.copyOf(found);
        }

        private void addToolkit(Path toolkit) {
            addAll(toolkit, "lib64", "lib", "bin", "bin/x64", "targets/x86_64-linux/lib");
        }

        private void addUnix() {
            Path root = settings.root();
            addAll(root, "usr/local/cuda/lib64", "usr/local/cuda-*/lib64", "usr/local/cuda*/targets/*/lib");
            addAll(
                    root,
                    "usr/lib/x86_64-linux-gnu",
                    "usr/lib64",
                    "usr/lib/wsl/lib",
                    "usr/lib/x86_64-linux-gnu/nvidia/*");
            addAll(root, "usr/local/nvidia/lib64", "usr/local/nvidia/lib", "run/opengl-driver/lib", "opt/cuda/lib64");
            for (Path prefix : settings.variable("CONDA_PREFIX")) {
                addAll(prefix, "lib", "targets/x86_64-linux/lib");
            }
        }

        private void addWindows() {
            settings.variable("SystemRoot").forEach(folder -> addAll(folder, "System32"));
            for (Path programs : settings.variable("ProgramFiles")) {
                String toolkits = "NVIDIA GPU Computing Toolkit/CUDA/v*/";
                addAll(programs, toolkits + "bin", toolkits + "bin/x64");
            }
            settings.variable("CONDA_PREFIX").forEach(prefix -> addAll(prefix, "Library/bin"));
        }

        /** Folders of NVIDIA's pip packages: in virtual environments, of the user and of the system. */
        private void addPip() {
            for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
                settings.variable(variable).forEach(prefix -> {
                    addPackages(prefix, "lib/python3*/");
                    addPackages(prefix, "Lib/");
                });
            }
            settings.home().ifPresent(home -> addPackages(home, ".local/lib/python3*/"));
            for (String place : List.of("usr", "usr/local", "opt/*", "opt/*/.venv")) {
                addPackages(settings.root(), place + "/lib/python3*/");
            }
            addPackages(settings.root(), "usr/lib/python3/");
        }

        private void addPackages(Path base, String python) {
            for (String packages : List.of("site-packages", "dist-packages")) {
                String nvidia = python + packages + "/nvidia/";
                addAll(base, nvidia + "cublas/lib", nvidia + "curand/lib", nvidia + "cu1*/lib");
                addAll(base, nvidia + "cublas/bin", nvidia + "curand/bin", nvidia + "cu1*/bin/x86_64");
            }
        }

        private void addAll(Path base, String... places) {
            for (String place : places) {
                List<Path> matches = List.of(base);
                for (String name : place.split("/")) {
                    matches = matches.stream()
                            .flatMap(folder -> matching(folder, name).stream())
                            .toList();
                }
                matches.forEach(this::add);
            }
        }

        private void add(Path folder) {
            // Toolkits keep stub libraries there, which contain no code.
            if (Files.isDirectory(folder) && !folder.endsWith("stubs")) {
                found.add(folder.toAbsolutePath().normalize());
            }
        }
    }

    /** The subfolder of a name, or those that match a name with asterisks, latest versions first. */
    private static List<Path> matching(Path folder, String name) {
        if (name.indexOf('*') < 0) {
            return List.of(folder.resolve(name));
        }
        List<Path> matches = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, name)) {
            entries.forEach(matches::add);
        } catch (IOException | SecurityException absent) {
            // A folder that does not exist or cannot be read holds nothing.
            return List.of();
        }
        Comparator<Path> byVersion = Comparator.comparing(path -> sortable(path.getFileName()));
        matches.sort(byVersion.reversed());
        return matches;
    }

    /** A sort key in which numbers compare by value: cuda-9.2 before cuda-12.6. */
    private static String sortable(Path name) {
        Matcher numbers = NUMBER.matcher(name.toString());
        return numbers.replaceAll(
                number -> "0".repeat(Math.max(0, 8 - number.group().length())) + number.group());
    }

    /** Whether every user may write the file or its folder, through links or not; false where files have no modes. */
    private static boolean mayBeOfAnybody(Path file) {
        try {
            Path real = file.toRealPath();
            return isPublic(file.toAbsolutePath().getParent()) || isPublic(real.getParent()) || isPublic(real);
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IOException e) {
            // A file that cannot be read cannot be loaded; the loader says why.
            return false;
        }
    }

    private static boolean isPublic(Path path) throws IOException {
        return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE);
    }
}
