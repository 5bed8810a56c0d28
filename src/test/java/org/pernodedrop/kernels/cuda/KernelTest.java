package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.pernodedrop.kernels.cuda.KernelSignature.Kind;

class KernelTest {
    /** axpy(int64_t n, float alpha, const float* x, float* y). */
    private final Kernel axpy = new Kernel(new KernelModules(), PtxModule.VECTOR.kernel("axpy"));

    @Test
    void rightArgumentsPass() {
        Kind[] kinds = {Kind.LONG, Kind.FLOAT, Kind.POINTER, Kind.POINTER};
        for (int k = 0; k < kinds.length; k++) {
            int index = k;
            assertDoesNotThrow(() -> axpy.expect(index, kinds[index]));
        }
        assertDoesNotThrow(() -> axpy.expectAll(4));
    }

    @Test
    void wrongArgumentsAreAFault() {
        assertEquals(
                "argument 0 of a launch is of kind INT, which axpy(int64_t n, float alpha, const float* x, float* y) does not"
                        + " take there",
                assertThrows(IllegalStateException.class, () -> axpy.expect(0, Kind.INT))
                        .getMessage());
        assertThrows(IllegalStateException.class, () -> axpy.expect(1, Kind.INT));
        assertThrows(IllegalStateException.class, () -> axpy.expect(3, Kind.LONG));
        assertThrows(IllegalStateException.class, () -> axpy.expect(4, Kind.POINTER));
        assertThrows(IllegalStateException.class, () -> axpy.expectAll(3));
    }

    /** A table of addresses serves all launches, for so many arguments. */
    @Test
    void noKernelTakesMoreArgumentsThanALaunchHolds() {
        for (PtxModule module : PtxModule.values()) {
            for (KernelSignature kernel : module.kernels()) {
                int count = kernel.parameters().size();
                assertEquals(count, Math.min(count, KernelLauncher.MAX_ARGUMENTS), kernel.name());
            }
        }
    }
}
