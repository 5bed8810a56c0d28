package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibrarySearchTest extends DescribedMachine {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "usr/local/cuda/lib64",
                "usr/local/cuda-12.6/lib64",
                "usr/local/cuda-12.6/targets/x86_64-linux/lib",
                "usr/lib/x86_64-linux-gnu",
                "usr/lib/x86_64-linux-gnu/nvidia/current",
                "usr/lib64",
                "usr/lib/wsl/lib",
                "usr/local/nvidia/lib64",
                "run/opengl-driver/lib",
                "opt/cuda/lib64",
                "home/ada/.local/lib/python3.11/site-packages/nvidia/cublas/lib",
                "home/ada/.local/lib/python3.11/site-packages/nvidia/cu13/lib",
                "usr/lib/python3/dist-packages/nvidia/cublas/lib",
                "usr/lib/python3.12/site-packages/nvidia/curand/lib",
                "usr/local/lib/python3.10/dist-packages/nvidia/cublas/lib",
                "opt/venv/lib/python3.9/site-packages/nvidia/cublas/lib",
                "opt/app/.venv/lib/python3.9/site-packages/nvidia/cublas/lib"
            })
    void usualFoldersAreSearched(String folder) throws IOException {
        Path file = put(folder, CUBLAS);
        assertEquals(List.of(file), search().others(CUBLAS));
        assertEquals(List.of(), search().given(CUBLAS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "usr/local/cuda/lib64/stubs",
                "usr/local/lib64",
                "opt/lib/python2.7/site-packages/nvidia/cublas/lib",
                "home/ada"
            })
    void otherFoldersAreNot(String folder) throws IOException {
        put(folder, CUBLAS);
        assertEquals(List.of(), search().others(CUBLAS));
    }

    @Test
    void linkingStubsAreNoLibraries() throws IOException {
        put("toolkit/lib64/stubs", "libcuda.so.1");
        variables.put("LD_LIBRARY_PATH", in("toolkit/lib64/stubs"));
        assertEquals(List.of(), search().others("libcuda.so.1"));
    }

    @Test
    void variablesNameFolders() throws IOException {
        Path home = put("a/lib64", CUBLAS);
        Path path = put("b/targets/x86_64-linux/lib", CUBLAS);
        Path first = put("c", CUBLAS);
        Path second = put("d", CUBLAS);
        Path conda = put("e/lib", CUBLAS);
        Path condaPip = put("e/lib/python3.12/site-packages/nvidia/cublas/lib", CUBLAS);
        Path environment = put("f/lib/python3.12/site-packages/nvidia/cublas/lib", CUBLAS);
        variables.put("CUDA_HOME", in("a"));
        variables.put("CUDA_PATH", in("b"));
        variables.put("LD_LIBRARY_PATH", String.join(File.pathSeparator, in("c"), "", in("absent"), in("d")));
        variables.put("CONDA_PREFIX", in("e"));
        variables.put("VIRTUAL_ENV", in("f"));
        assertEquals(List.of(home, path, first, second, conda, environment, condaPip), search().others(CUBLAS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CUDA_HOME", "LD_LIBRARY_PATH", "CONDA_PREFIX", "VIRTUAL_ENV"})
    void whatDependsOnTheCurrentFolderIsNotSearched(String variable) throws IOException {
        for (String folder :
                List.of("here", "here/lib", "here/lib64", "here/lib/python3.12/site-packages/nvidia/cublas/lib")) {
            put(folder, CUBLAS);
        }
        Path here = root.resolve("here");
        variables.put(variable, here.toString());
        assertFalse(search().others(CUBLAS).isEmpty());
        variables.put(variable, Path.of("").toAbsolutePath().relativize(here).toString());
        assertEquals(List.of(), search().others(CUBLAS));
    }

    @Test
    void withoutAHomeNoneIsSearched() {
        for (String home : List.of("?", "", "relative")) {
            properties.setProperty("user.home", home);
            assertEquals(Optional.empty(), settings().home());
            assertEquals(List.of(), search().others(CUBLAS));
        }
    }

    @Test
    void whatEverybodyMayWriteIsNotTrusted() throws IOException {
        Path file = put("libraries", CUBLAS);
        assumeTrue(
                file.getFileSystem().supportedFileAttributeViews().contains("posix"), "SKIPPED: files have no modes");
        variables.put("LD_LIBRARY_PATH", file.getParent().toString());
        assertEquals(List.of(file), search().others(CUBLAS));
        assertEquals(Optional.empty(), search().danger(CUBLAS));
        for (Path open : List.of(file, file.getParent())) {
            Set<PosixFilePermission> before = Files.getPosixFilePermissions(open);
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertEquals(List.of(), search().others(CUBLAS));
            String danger = search().danger(CUBLAS).orElseThrow();
            assertTrue(danger.startsWith(file + " is not trusted: every user of this machine may write it"), danger);
            Files.setPosixFilePermissions(open, before);
        }
        // Who names a folder for this program has chosen it.
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        properties.setProperty(SearchSettings.LIBRARIES, file.getParent().toString());
        assertEquals(List.of(file), search().given(CUBLAS));
    }

    @Test
    void theSystemsLoaderIsNotAskedForWhatLiesInTheCurrentFolder() throws IOException {
        Path file = put("here", CUBLAS);
        Path relative = Path.of("").toAbsolutePath().relativize(file.getParent());
        variables.put("LD_LIBRARY_PATH", String.join(File.pathSeparator, "", relative.toString()));
        String danger = search().danger(CUBLAS).orElseThrow();
        assertEquals(
                CUBLAS + " was found in the folder '" + relative + "' of LD_LIBRARY_PATH, which depends on the current"
                        + " folder and is not trusted: name folders there in full",
                danger);
        assertEquals(Optional.empty(), search().danger("libcuda.so.1"));
    }

    @Test
    void anEmptyEntryIsTheCurrentFolder() {
        // This project's, where the tests run.
        variables.put("LD_LIBRARY_PATH", File.pathSeparator + root);
        assertTrue(search().danger("pom.xml").orElseThrow().contains("in the folder '' of LD_LIBRARY_PATH"));
        variables.put("LD_LIBRARY_PATH", "");
        assertEquals(Optional.empty(), search().danger("pom.xml"));
    }

    @Test
    void theLatestToolkitComesFirst() throws IOException {
        Path old = put("usr/local/cuda-9.2/lib64", CUBLAS);
        Path middle = put("usr/local/cuda-12.6/lib64", CUBLAS);
        Path latest = put("usr/local/cuda-12.10/lib64", CUBLAS);
        assertEquals(List.of(latest, middle, old), search().others(CUBLAS));
        Path chosen = put("usr/local/cuda/lib64", CUBLAS);
        assertEquals(List.of(chosen, latest, middle, old), search().others(CUBLAS));
    }

    @Test
    void variablesComeBeforeUsualFolders() throws IOException {
        Path usual = put("usr/local/cuda/lib64", CUBLAS);
        Path named = put("mine", CUBLAS);
        variables.put("LD_LIBRARY_PATH", in("mine"));
        assertEquals(List.of(named, usual), search().others(CUBLAS));
    }

    @Test
    void foldersOfThePropertyAreApart() throws IOException {
        Path usual = put("usr/local/cuda/lib64", CUBLAS);
        Path first = put("g", CUBLAS);
        Path second = put("h", CUBLAS);
        properties.setProperty(SearchSettings.LIBRARIES, root.resolve("g") + File.pathSeparator + root.resolve("h"));
        assertEquals(List.of(first, second), search().given(CUBLAS));
        assertEquals(List.of(usual), search().others(CUBLAS));
        properties.setProperty(SearchSettings.SEARCH, "given");
        assertEquals(List.of(first, second), search().given(CUBLAS));
        assertEquals(List.of(), search().others(CUBLAS));
    }

    @Test
    void whetherCudaIsChosenOfItselfIsAProperty() {
        assertTrue(settings().automatic());
        properties.setProperty(SearchSettings.AUTO, "false");
        assertFalse(settings().automatic());
        properties.setProperty(SearchSettings.AUTO, "no");
        String said = assertThrows(
                        IllegalArgumentException.class, () -> settings().automatic())
                .getMessage();
        assertEquals("pernodedrop.cuda.auto must be true or false: pernodedrop.cuda.auto=no", said);
    }

    @Test
    void anUnknownKindOfSearchIsRefused() {
        properties.setProperty(SearchSettings.SEARCH, "some");
        String said = assertThrows(IllegalArgumentException.class, () -> search().others(CUBLAS))
                .getMessage();
        assertEquals("pernodedrop.cuda.search must be all or given: pernodedrop.cuda.search=some", said);
    }

    @Test
    void foldersOfThatNameAreNoLibraries() throws IOException {
        Files.createDirectories(root.resolve("usr/local/cuda/lib64").resolve(CUBLAS));
        assertEquals(List.of(), search().others(CUBLAS));
    }

    @Test
    void linksAreFollowed() throws IOException {
        put("usr/local/cuda-12.6/lib64", CUBLAS);
        Files.createSymbolicLink(root.resolve("usr/local/cuda"), root.resolve("usr/local/cuda-12.6"));
        Path link = root.resolve("usr/local/cuda/lib64").resolve(CUBLAS);
        assertEquals(link, search().others(CUBLAS).get(0));
    }

    @Test
    void windowsHasPlacesOfItsOwn() throws IOException {
        properties.setProperty("os.name", "Windows 11");
        String name = "cublas64_12.dll";
        Path toolkit = put("toolkit/bin", name);
        Path path = put("on-path", name);
        Path system = put("Windows/System32", name);
        Path programs = put("Programs/NVIDIA GPU Computing Toolkit/CUDA/v12.6/bin", name);
        Path conda = put("conda/Library/bin", name);
        Path pip = put("env/Lib/site-packages/nvidia/cublas/bin", name);
        put("usr/local/cuda/lib64", name);
        variables.put("CUDA_PATH", in("toolkit"));
        variables.put("PATH", in("on-path"));
        variables.put("SystemRoot", in("Windows"));
        variables.put("ProgramFiles", in("Programs"));
        variables.put("CONDA_PREFIX", in("conda"));
        variables.put("VIRTUAL_ENV", in("env"));
        assertEquals(List.of(toolkit, path, system, programs, conda, pip), search().others(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mac OS X/x86_64", "Linux/aarch64", "FreeBSD/amd64", "Windows 11/aarch64"})
    void otherPlatformsHaveNoNatives(String machine) {
        properties.setProperty("os.name", machine.split("/")[0]);
        properties.setProperty("os.arch", machine.split("/")[1]);
        assertEquals(null, settings().platform());
    }

    @Test
    void platformsAreNamedAsByJCuda() {
        assertEquals("linux-x86_64", settings().platform());
        properties.setProperty("os.name", "Windows Server 2022");
        assertEquals("windows-x86_64", settings().platform());
    }
}
