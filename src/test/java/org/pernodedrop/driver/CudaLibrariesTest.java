package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Without a GPU, whatever this machine has: the build searches no folders for one. */
class CudaLibrariesTest {
    @Test
    void everyLoadSaysTheSame() {
        LibraryFinding problem = CudaLibraries.probe().problem().orElseThrow();
        for (int attempt = 0; attempt < 3; attempt++) {
            String said = assertThrows(DeviceUnavailableException.class, CudaLibraries::load)
                    .getMessage();
            assertEquals("device cuda cannot be had: " + problem.problem() + "; " + problem.remedy(), said);
        }
        assertSame(CudaLibraries.probe(), CudaLibraries.probe());
        assertFalse(CudaLibraries.probe().isUsable());
        assertFalse(CudaLibraries.probe().curandAvailable());
    }
}
