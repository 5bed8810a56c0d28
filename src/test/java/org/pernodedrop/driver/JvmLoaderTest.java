package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.pernodedrop.kernels.cuda.PtxCompiler;

class JvmLoaderTest {
    @Test
    void loadedLibrariesAreFoundByTheirNames() {
        PtxCompiler.requirePresent();
        try (JvmLoader loader = new JvmLoader()) {
            String path = loader.pathOfLoaded("libjvm.so");
            assertTrue(path.startsWith(System.getProperty("java.home")), path);
            assertNull(loader.pathOfLoaded("libnothing.so.1"));
        }
    }
}
