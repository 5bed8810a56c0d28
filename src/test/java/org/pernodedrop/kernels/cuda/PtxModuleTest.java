package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Noise;

/** {@code kernels.json} says what the PTX holds, and no more. */
class PtxModuleTest {
    private static final Path SOURCES = Path.of("cuda");
    private static final Path PTX = Path.of("src/main/resources/org/pernodedrop/kernels/cuda");

    @Test
    void everySourceIsAModule() throws IOException {
        Set<String> modules =
                Arrays.stream(PtxModule.values()).map(PtxModule::fileName).collect(Collectors.toSet());
        assertEquals(modules, names(SOURCES, ".cu"));
        assertEquals(modules, names(PTX, ".ptx"));
    }

    private static Set<String> names(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .collect(Collectors.toSet());
        }
    }

    @ParameterizedTest
    @EnumSource
    void ptxRunsFromCuda118AndAmpereOn(PtxModule module) {
        PtxText ptx = new PtxText(module.ptx());
        assertEquals("7.8", ptx.header(".version"));
        assertEquals("sm_80", ptx.header(".target"));
        assertEquals("64", ptx.header(".address_size"));
    }

    @ParameterizedTest
    @EnumSource
    void ptxEndsInOneZero(PtxModule module) {
        byte[] ptx = module.ptx();
        assertEquals(0, ptx[ptx.length - 1]);
        for (int n = 0; n < ptx.length - 1; n++) {
            assertTrue(ptx[n] > 0, "byte " + n + " is " + ptx[n]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void kernelsAreThoseOfThePtx(PtxModule module) {
        List<PtxText.Entry> entries = new PtxText(module.ptx()).entries();
        assertEquals(
                described(
                        module.kernels(),
                        kernel -> kernel.name()
                                + kernel.parameters().stream()
                                        .map(parameter -> parameter.kind().ptxType())
                                        .toList()
                                + List.of(kernel.block(), 1, 1)
                                + kernel.minBlocks()),
                described(
                        entries,
                        entry -> entry.name()
                                + entry.types()
                                + entry.directive(".maxntid")
                                + entry.directive(".minnctapersm").stream()
                                        .findFirst()
                                        .orElse(0)));
    }

    private static <T> String described(List<T> kernels, Function<T, String> describe) {
        return kernels.stream().map(describe).sorted().collect(Collectors.joining("\n"));
    }

    @Test
    void codesOfEnumerationsAreThoseOfTheKernels() {
        assertEquals(KernelCatalogue.codes("activation"), codes(Activation.values(), Activation::code));
        assertEquals(KernelCatalogue.codes("noise"), codes(Noise.values(), Noise::code));
    }

    private static <E extends Enum<E>> Map<String, Integer> codes(E[] values, Function<E, Integer> code) {
        return Arrays.stream(values)
                .collect(Collectors.toMap(value -> value.name().toLowerCase(Locale.ROOT), code));
    }

    @Test
    void unknownKernelsAreRefused() {
        assertEquals(256, PtxModule.VECTOR.kernel("fill").block());
        var refusal = assertThrows(IllegalArgumentException.class, () -> PtxModule.VECTOR.kernel("adam"));
        assertTrue(refusal.getMessage().startsWith("name must be one of [fill"), refusal.getMessage());
        assertTrue(refusal.getMessage().endsWith("module=VECTOR, name=adam"), refusal.getMessage());
        refusal = assertThrows(IllegalArgumentException.class, () -> KernelCatalogue.kernel("none"));
        assertEquals("name must be that of a kernel in kernels.json: name=none", refusal.getMessage());
    }
}
