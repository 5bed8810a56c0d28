package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.kernels.cuda.KernelParameter.Kind;

class KernelSignatureTest {
    @Test
    void declarationsAreRead() {
        List<KernelSignature> kernels = KernelSignature.parse(
                """
                scale(int64_t n, float by,
                        const float* x) block 256
                advance(const StepState* state, uint32_t layer) block 32
                """);
        KernelSignature scale = new KernelSignature(
                "scale",
                List.of(
                        new KernelParameter("int64_t", "n"),
                        new KernelParameter("float", "by"),
                        new KernelParameter("const float*", "x")),
                256,
                0);
        List<KernelParameter> parameters =
                List.of(new KernelParameter("const StepState*", "state"), new KernelParameter("uint32_t", "layer"));
        assertEquals(List.of(scale, new KernelSignature("advance", parameters, 32, 0)), kernels);
        assertEquals("scale(int64_t n, float by, const float* x)", scale.toString());
        assertEquals(
                List.of(Kind.LONG, Kind.FLOAT, Kind.POINTER),
                scale.parameters().stream().map(KernelParameter::kind).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fill(float* x)",
                "fill(float* x) block",
                "fill() block 256",
                "fill(float*) block 256",
                "fill(double x) block 256",
                "fill(float* x) block 0",
                "fill(float* x) block 1025",
                "fill(float* x) block 256 and more"
            })
    void otherDeclarationsAreRefused(String declaration) {
        var refusal =
                assertThrows(IllegalArgumentException.class, () -> KernelSignature.parse(declaration), declaration);
        assertTrue(refusal.getMessage().matches("\\w+ must .*=.*"), refusal.getMessage());
    }
}
