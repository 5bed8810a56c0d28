package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.ForkedJava;
import org.pernodedrop.kernels.cuda.PtxCompiler;

class JCudaNativesTest {
    @BeforeEach
    void onlyWhereJCudaHasNatives() {
        PtxCompiler.requirePresent();
    }

    @Test
    void allThreeLibrariesAreThere() {
        for (JCudaLibrary library : JCudaLibrary.values()) {
            assertTrue(JCudaNatives.isPresent(library.baseName()), library.baseName());
        }
        assertFalse(JCudaNatives.isPresent("JCudaNothing"));
    }

    @Test
    void filesLeftByOthersAreNotTakenAndNoneAreLeft(@TempDir Path temporary) throws IOException {
        // Half a file, under the name by which JCuda itself looks first.
        String name = LibUtils.createPlatformLibraryName("JNvPTXCompiler-" + JCudaVersion.get());
        Path stale = Files.writeString(temporary.resolve(LibUtils.createLibraryFileName(name)), "half a file");
        ForkedJava run = ForkedJava.run(List.of("-Djava.io.tmpdir=" + temporary), Map.of(), TellsVersion.class);
        assertEquals(0, run.code(), run.err());
        assertEquals("12 " + temporary, run.out().strip());
        try (Stream<Path> files = Files.list(temporary)) {
            List<Path> left = files.filter(
                            file -> !file.getFileName().toString().startsWith("hsperfdata"))
                    .toList();
            assertEquals(List.of(stale), left);
        }
    }

    @Test
    void nativesOnTheLibraryPathAreTaken(@TempDir Path folder) throws IOException {
        String name = LibUtils.createPlatformLibraryName("JNvPTXCompiler-" + JCudaVersion.get());
        Files.writeString(folder.resolve(LibUtils.createLibraryFileName(name)), "");
        ForkedJava run = ForkedJava.run(List.of("-Djava.library.path=" + folder), Map.of(), TellsVersion.class);
        assertTrue(run.code() != 0 && run.err().contains(folder + "/lib" + name + ".so: file too short"), run.err());
    }

    @Test
    void aLibraryPathThatDependsOnTheCurrentFolderIsNotTrusted(@TempDir Path folder) throws IOException {
        String name = LibUtils.createPlatformLibraryName("JNvPTXCompiler-" + JCudaVersion.get());
        Files.writeString(folder.resolve(LibUtils.createLibraryFileName(name)), "planted");
        Path relative = Path.of("").toAbsolutePath().relativize(folder.toRealPath());
        ForkedJava run = ForkedJava.run(List.of("-Djava.library.path=" + relative), Map.of(), TellsVersion.class);
        assertTrue(run.code() != 0 && run.err().contains("UnsatisfiedLinkError: " + relative), run.err());
        assertTrue(run.err().contains("depends on the current folder; name folders in full"), run.err());
    }

    private static final class TellsVersion {
        public static void main(String[] arguments) {
            try (JCudaNatives natives = new JCudaNatives()) {
                natives.load("JNvPTXCompiler", "jcuda.nvptxcompiler.JNvPTXCompiler");
            }
            int[] major = {0};
            JNvPTXCompiler.nvPTXCompilerGetVersion(major, new int[1]);
            System.out.println(major[0] + " " + System.getProperty("java.io.tmpdir"));
        }
    }

    @Test
    void whatIsMissingIsNamedAndMayBeTriedAgain() {
        try (JCudaNatives natives = new JCudaNatives()) {
            for (int attempt = 0; attempt < 2; attempt++) {
                UnsatisfiedLinkError failure = assertThrows(
                        UnsatisfiedLinkError.class, () -> natives.load("JCudaNothing", "jcuda.JCudaVersion"));
                assertTrue(
                        LinkProblems.explain(failure)
                                .matches("the class path does not hold libJCudaNothing-[\\d.]+-linux-x86_64.so"),
                        failure.getMessage());
            }
        }
    }
}
