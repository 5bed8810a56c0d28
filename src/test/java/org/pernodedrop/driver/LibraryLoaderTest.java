package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.pernodedrop.io.NativesFolder;

/** What is loaded, in which order, and what is said where something is missing: with a loader that only keeps a list. */
class LibraryLoaderTest extends DescribedMachine {
    private final ListingLoader loader = new ListingLoader();

    @Test
    void everythingIsLoadedInOrder() throws IOException {
        Path driver = put("usr/lib64", DRIVER);
        Path lt = put("usr/local/cuda/lib64", "libcublasLt.so.12");
        Path cublas = put("usr/local/cuda/lib64", CUBLAS);
        Path curand = put("usr/local/cuda/lib64", CURAND);
        CudaLibraries libraries = load();
        assertEquals(
                List.of(
                        driver.toString(),
                        "JCudaDriver",
                        lt.toString(),
                        cublas.toString(),
                        "JCublas2",
                        curand.toString(),
                        "JCurand"),
                loader.loaded);
        assertTrue(libraries.isUsable() && libraries.curandAvailable());
        assertTrue(libraries.problem().isEmpty());
        assertEquals(
                List.of(
                        "JCuda natives linux-x86_64",
                        DRIVER + " " + driver,
                        CUBLAS + " " + cublas,
                        CURAND + " " + curand),
                places(libraries));
    }

    @Test
    void versionsComeFromFileNamesBehindLinks() throws IOException {
        Path file = put("usr/lib64", "libcuda.so.560.35.03");
        Files.createSymbolicLink(file.resolveSibling(DRIVER), file);
        put("usr/lib64", CUBLAS);
        loader.versions.put(JCudaLibrary.CUBLAS, "12.6.4");
        CudaLibraries libraries = load();
        assertEquals("560.35.03", find(libraries, DRIVER).version());
        assertEquals("12.6.4", find(libraries, CUBLAS).version());
        assertNull(find(libraries, CURAND).version());
    }

    @Test
    void cublasLtMayLieElsewhere() throws IOException {
        put("usr/lib64", DRIVER);
        Path cublas = put("usr/local/cuda/lib64", CUBLAS);
        Path lt = put("opt/cuda/lib64", "libcublasLt.so.12");
        load();
        assertEquals(List.of(lt.toString(), cublas.toString(), "JCublas2"), loader.loaded.subList(2, 5));
    }

    @Test
    void whatTheSystemsLoaderKnowsIsTakenToo() {
        loader.systemPaths.put(DRIVER, "/odd/place/libcuda.so.1");
        CudaLibraries libraries = load();
        assertEquals(List.of("JCudaDriver", "JCublas2", "JCurand"), loader.loaded);
        assertTrue(libraries.isUsable() && libraries.curandAvailable());
        assertEquals("/odd/place/libcuda.so.1", find(libraries, DRIVER).path());
        assertNull(find(libraries, CUBLAS).path());
    }

    @Test
    void whatLiesInTheCurrentFolderIsNotLeftToTheSystemsLoader() throws IOException {
        loader.systemPaths.put(DRIVER, "./libcuda.so.1");
        Path planted = put("here", DRIVER);
        variables.put(
                "LD_LIBRARY_PATH",
                Path.of("").toAbsolutePath().relativize(planted.getParent()).toString());
        LibraryFinding finding = problem(load());
        assertEquals(List.of(), loader.loaded);
        assertTrue(finding.problem().contains("depends on the current folder and is not trusted"), finding.problem());
    }

    @Test
    void whatEverybodyMayWriteIsNamedAndNotLoaded() throws IOException {
        put("usr/lib64", DRIVER);
        Path open = put("toolkit/lib64", CUBLAS);
        assumeTrue(
                open.getFileSystem().supportedFileAttributeViews().contains("posix"), "SKIPPED: files have no modes");
        Files.setPosixFilePermissions(open.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        variables.put("CUDA_HOME", in("toolkit"));
        systemLacks("JCublas2", CUBLAS);
        LibraryFinding finding = problem(load());
        assertFalse(loader.loaded.contains(open.toString()), loader.loaded.toString());
        assertEquals(
                open + " is not trusted: every user of this machine may write it or its folder", finding.problem());
        assertTrue(finding.remedy().contains("name its folder by -Dpernodedrop.cuda.libraries"), finding.remedy());
    }

    @Test
    void aBrokenFileIsPassedOverForTheNext() throws IOException {
        put("usr/lib64", DRIVER);
        Path broken = put("usr/local/cuda-12.8/lib64", CUBLAS);
        Path whole = put("usr/local/cuda-12.6/lib64", CUBLAS);
        loader.failures.put(broken.toString(), broken + ": file too short");
        CudaLibraries libraries = load();
        assertTrue(libraries.isUsable());
        assertEquals(whole.toString(), find(libraries, CUBLAS).path());
    }

    @Test
    void onlyBrokenFilesAreNamed() throws IOException {
        put("usr/lib64", DRIVER);
        Path broken = put("usr/local/cuda-12.8/lib64", CUBLAS);
        loader.failures.put(broken.toString(), broken + ": file too short");
        CudaLibraries libraries = load();
        assertFalse(libraries.isUsable());
        LibraryFinding finding = problem(libraries);
        assertEquals(broken.toString(), finding.path());
        assertEquals("the file is damaged, cut off or no library", finding.problem());
        assertTrue(
                finding.remedy().startsWith("mend or remove that file, or install that of CUDA 12"), finding.remedy());
    }

    @Test
    void withoutADriverNothingElseIsLoaded() throws IOException {
        Path cublas = put("usr/lib64", CUBLAS);
        systemLacks("JCudaDriver", DRIVER);
        CudaLibraries libraries = load();
        assertEquals(List.of(), loader.loaded);
        assertFalse(libraries.isDriverUsable() || libraries.isUsable() || libraries.curandAvailable());
        LibraryFinding finding = problem(libraries);
        assertEquals("libcuda.so.1 was not found", finding.problem());
        assertEquals(
                "install NVIDIA's driver; in a container, let it see the GPU (docker run --gpus all)",
                finding.remedy());
        assertEquals(cublas.toString(), find(libraries, CUBLAS).path());
        assertTrue(find(libraries, CUBLAS).isUsable());
        assertEquals("libcurand.so.10 was not found", find(libraries, CURAND).problem());
    }

    @Test
    void withoutCublasCudaIsNotUsable() throws IOException {
        put("usr/lib64", DRIVER);
        systemLacks("JCublas2", CUBLAS);
        CudaLibraries libraries = load();
        assertTrue(libraries.isDriverUsable(), "kernels can be launched");
        assertFalse(libraries.isUsable());
        requireProblem(
                libraries,
                "libcublas.so.12 was not found",
                "install that of CUDA 12 (pip install nvidia-cublas-cu12 nvidia-curand-cu12), or name its folder by"
                        + " -Dpernodedrop.cuda.libraries=DIR");
    }

    @Test
    void withoutCurandItIs() throws IOException {
        put("usr/lib64", DRIVER);
        put("usr/lib64", CUBLAS);
        systemLacks("JCurand", CURAND);
        CudaLibraries libraries = load();
        assertTrue(libraries.isUsable());
        assertFalse(libraries.curandAvailable());
        assertTrue(libraries.problem().isEmpty());
        assertEquals("libcurand.so.10 was not found", find(libraries, CURAND).problem());
    }

    @Test
    void aDriverThatCannotBeLoadedNeedsNoToolkit() throws IOException {
        Path driver = put("usr/lib64", DRIVER);
        loader.failures.put(driver.toString(), driver + ": wrong ELF class: ELFCLASS32");
        LibraryFinding finding = problem(load());
        assertEquals("the file is for another processor or of 32 bits", finding.problem());
        assertTrue(finding.remedy().startsWith("mend or remove that file, or install NVIDIA's driver"));
    }

    @Test
    void theRedistributedLibrariesComeAfterThoseGiven() throws IOException {
        put("usr/lib64", DRIVER);
        put("usr/local/cuda/lib64", CUBLAS);
        Path given = put("mine", CURAND);
        Path jar = jar("libcublasLt.so.12", CUBLAS, CURAND);
        properties.setProperty(SearchSettings.LIBRARIES, in("mine"));
        load(jar, root.resolve("cache"));
        List<String> loaded = loader.loaded.subList(2, 7);
        assertTrue(loaded.get(0).startsWith(in("cache")), loaded.toString());
        assertTrue(loaded.get(0).endsWith("/libcublasLt.so.12"), loaded.toString());
        assertTrue(loaded.get(1).startsWith(in("cache")), loaded.toString());
        assertTrue(loaded.get(1).endsWith("/" + CUBLAS), loaded.toString());
        assertEquals(List.of("JCublas2", given.toString(), "JCurand"), loaded.subList(2, 5));
    }

    @Test
    void aCacheWithoutRoomIsTold() throws IOException {
        put("usr/lib64", DRIVER);
        LibraryFinding finding = problem(load(jar("libcublasLt.so.12", CUBLAS), put("a", "file")));
        assertTrue(finding.problem().startsWith("NVIDIA's libraries cannot be unpacked: "));
        assertEquals("make room there, or choose another folder by -Dpernodedrop.natives=DIR", finding.remedy());
    }

    @Test
    void withoutADriverNothingIsUnpacked() throws IOException {
        systemLacks("JCudaDriver", DRIVER);
        CudaLibraries libraries = load(jar("libcublasLt.so.12", CUBLAS, CURAND), root.resolve("cache"));
        assertEquals("class path", find(libraries, CUBLAS).path());
        assertFalse(Files.exists(root.resolve("cache")));
    }

    @Test
    void cudaThirteenServesByTheForwardingLibrary() throws IOException {
        put("usr/lib64", DRIVER);
        Path lt = put("usr/local/cuda-13.0/lib64", "libcublasLt.so.13");
        Path newer = put("usr/local/cuda-13.0/lib64", "libcublas.so.13");
        Path forwarding = put("mine", "libcublas-forwarding.so");
        properties.setProperty(SearchSettings.LIBRARIES, in("mine"));
        loader.versions.put(JCudaLibrary.CUBLAS, "13.0.2");
        CudaLibraries libraries = load();
        assertTrue(libraries.isUsable());
        assertEquals(
                List.of(lt.toString(), newer.toString(), forwarding.toString(), "JCublas2"),
                loader.loaded.subList(2, 6));
        assertEquals("13.0.2", find(libraries, "libcublas.so.13").version());
        assertEquals(
                forwarding.toString(),
                find(libraries, "libcublas-forwarding.so").path());
    }

    @Test
    void cudaTwelveIsPreferredToThirteen() throws IOException {
        put("usr/lib64", DRIVER);
        put("mine", "libcublas-forwarding.so");
        put("mine", "libcublas.so.13");
        Path older = put("usr/local/cuda-12.6/lib64", CUBLAS);
        properties.setProperty(SearchSettings.LIBRARIES, in("mine"));
        assertEquals(older.toString(), find(load(), CUBLAS).path());
    }

    @Test
    void cudaThirteenAloneIsTold() throws IOException {
        put("usr/lib64", DRIVER);
        Path newer = put("usr/local/cuda-13.0/lib64", "libcublas.so.13");
        systemLacks("JCublas2", CUBLAS);
        LibraryFinding finding = problem(load());
        assertEquals(
                "only cuBLAS of CUDA 13 is there (" + newer + "); JCuda calls it by the names of CUDA 12, and"
                        + " libcublas-forwarding.so, which knows both, was not found",
                finding.problem());
        assertEquals(
                "build that by cuda/cublas-forwarding/build.sh DIR and name its folder by"
                        + " -Dpernodedrop.cuda.libraries=DIR, or pip install nvidia-cublas-cu12 nvidia-curand-cu12",
                finding.remedy());
    }

    @Test
    void cudaTwelveThatOnlyTheSystemKnowsIsPreferredToNothing() throws IOException {
        put("usr/lib64", DRIVER);
        put("usr/local/cuda-13.0/lib64", "libcublas.so.13");
        loader.systemPaths.put(CUBLAS, "/odd/place/libcublas.so.12");
        CudaLibraries libraries = load();
        assertTrue(libraries.isUsable());
        assertEquals("/odd/place/libcublas.so.12", find(libraries, CUBLAS).path());
    }

    @Test
    void aSearchOfGivenFoldersAsksNobodyElse() throws IOException {
        put("usr/lib64", DRIVER);
        properties.setProperty(SearchSettings.SEARCH, "given");
        CudaLibraries libraries = load();
        assertEquals(List.of(), loader.loaded);
        requireProblem(
                libraries,
                "libcuda.so.1 is not in the folders of pernodedrop.cuda.libraries, the only ones searched",
                "name its folder by -Dpernodedrop.cuda.libraries=DIR, or leave out -Dpernodedrop.cuda.search=given");
    }

    @Test
    void platformsWithoutNativesAreTold() {
        properties.setProperty("os.name", "Mac OS X");
        properties.setProperty("os.arch", "aarch64");
        CudaLibraries libraries = load();
        assertFalse(libraries.isUsable());
        assertEquals(1, libraries.findings().size());
        assertEquals(
                "JCuda has no natives for Mac OS X on aarch64, only for Linux and Windows on x86-64",
                problem(libraries).problem());
    }

    @Test
    void nativesMissingOnTheClassPathAreTold() {
        loader.absent.add(JCudaLibrary.CUBLAS);
        requireProblem(
                load(),
                "the class path holds no libJCublas2 for linux-x86_64",
                "add org.jcuda's jcuda-natives, jcublas-natives and jcurand-natives, classifier linux-x86_64, or start"
                        + " the runnable jar");
    }

    private Path jar(String... libraries) throws IOException {
        Path jar = root.resolve("redist.jar");
        try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String library : libraries) {
                entries.putNextEntry(new JarEntry("org/bytedeco/cuda/linux-x86_64/" + library));
                entries.write(library.getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private CudaLibraries load(Path jar, Path cache) throws IOException {
        try (URLClassLoader classPath =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            return new LibraryLoader(search(), new RedistLibraries(classPath, NativesFolder.in(cache)), loader).load();
        }
    }

    private CudaLibraries load() {
        return new LibraryLoader(search(), RedistLibraries.ofThisProgram(), loader).load();
    }

    private void systemLacks(String loadedBy, String library) {
        loader.failures.put(loadedBy, "/x/libJ.so: " + library + ": cannot open shared object file: No such");
    }

    private static LibraryFinding problem(CudaLibraries libraries) {
        return libraries.problem().orElseThrow();
    }

    private static void requireProblem(CudaLibraries libraries, String problem, String remedy) {
        assertEquals(problem, problem(libraries).problem());
        assertEquals(remedy, problem(libraries).remedy());
    }
}
