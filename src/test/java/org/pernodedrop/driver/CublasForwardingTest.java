package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import org.junit.jupiter.api.Test;
import org.pernodedrop.kernels.cuda.PtxCompiler;

/** The names that the forwarding library has are those that JCuda's native library calls. */
class CublasForwardingTest {
    // In the table of symbols' names each stands between zeros.
    private static final Pattern IMPORT = Pattern.compile("\\00(cublas[A-Z]\\w*)(?=\\00)");

    @Test
    void itForwardsWhatJCudaCalls() throws IOException {
        PtxCompiler.requirePresent();
        String name =
                LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName("JCublas2-" + JCudaVersion.get()));
        String library;
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + name)) {
            library = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        List<String> called = IMPORT.matcher(library)
                .results()
                .map(match -> match.group(1))
                .sorted()
                .distinct()
                .toList();
        String forwarded = Files.readString(Path.of("cuda", "cublas-forwarding", "names.txt"));
        assertEquals(String.join("\n", called), forwarded.strip().replaceAll("\\s+", "\n"));
    }
}
