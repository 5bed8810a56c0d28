package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The count of instructions, on loops whose instructions are known because they are written here. */
class SteadyStateTest {
    private static final int MULTIPLY_ADDS = 256;
    private static final String BARRIER = "bar.sync 0;";
    private static final String COPY = "cp.async.ca.shared.global [%shared], [%from], 4;";
    // Reads what the other thread's copy brought; %f0 keeps it alive.
    private static final String LOAD = "ld.shared.f32 %f1, [%shared];";
    private static final String STORE = "st.global.f32 [%from+4096], %f1;";

    @BeforeAll
    static void compilerIsThere() {
        PtxCompiler.requirePresent();
    }

    @Test
    void codeOfOneBlockIsCountedInFull() {
        SteadyState.Counts counts = count(mainLoop(COPY, LOAD, multiplyAdds(MULTIPLY_ADDS)), MULTIPLY_ADDS, 0);
        assertCounts(counts, Map.of("FFMA", 256L, "BAR", 1L, "LDGSTS", 1L, "BRA", 1L));
        assertTrue(counts.perMultiplyAdd() > 1 && counts.perMultiplyAdd() < 1.1, counts.toString());
        assertEquals(counts.issued() / 256.0, counts.perMultiplyAdd());
    }

    @Test
    void turnsOfAComputingLoopFollowFromItsMultiplyAdds() {
        String inner = loop("inner", "%columns", multiplyAdds(32));
        SteadyState.Counts counts = count(mainLoop(LOAD, multiplyAdds(64), inner), MULTIPLY_ADDS, 0);
        assertCounts(counts, Map.of("FFMA", 256L, "BAR", 1L));
        assertEquals(7, counts.instructions().get("BRA"), "of six inner iterations and one of the main loop");
    }

    @Test
    void turnsOfADrawingLoopFollowFromItsPlanes() {
        String inner = loop("plane", "%columns", draw());
        SteadyState.Counts counts = count(mainLoop(LOAD, inner, multiplyAdds(MULTIPLY_ADDS)), MULTIPLY_ADDS, 3);
        assertEquals(6L * 20, counts.instructions().get("IMAD.WIDE"), "256 * 3 / 128 calls");
        assertEquals(7, counts.instructions().get("BRA"));
    }

    @Test
    void theInnerOfTwoDrawingLoopsIsOverPlanes() {
        String inner = loop("task", "%rows", loop("plane", "%columns", draw()), "xor.b32 %r2, %r2, %r1;");
        SteadyState.Counts counts = count(mainLoop(LOAD, inner, multiplyAdds(MULTIPLY_ADDS)), MULTIPLY_ADDS, 3);
        assertEquals(6L * 20, counts.instructions().get("IMAD.WIDE"));
        assertEquals(6 + 2 + 1, counts.instructions().get("BRA"), "planes, tasks and the main loop");
    }

    @Test
    void whatIsDrawnOrCopiedOnAConditionIsCounted() {
        String drawn = onCondition("draw", draw() + COPY);
        SteadyState.Counts counts = count(mainLoop(LOAD, drawn, multiplyAdds(128)), 128, 1);
        assertCounts(counts, Map.of("FFMA", 128L, "IMAD.WIDE", 20L, "LDGSTS", 1L));
    }

    @Test
    void whatIsOnlyStoredOnAConditionIsNot() {
        String stores = onCondition(
                "store",
                IntStream.range(0, 40)
                        .mapToObj(n -> "st.global.f32 [%from+" + 4 * n + "], %f" + (2 + n % 8) + ";")
                        .collect(Collectors.joining()));
        SteadyState.Counts counts = count(mainLoop(LOAD, stores, multiplyAdds(MULTIPLY_ADDS)), MULTIPLY_ADDS, 0);
        assertFalse(counts.instructions().containsKey("STG"), counts.toString());
        assertCounts(counts, Map.of("FFMA", 256L));
    }

    @Test
    void wrongExpectationsAreRefused() {
        String code = mainLoop(LOAD, draw(), multiplyAdds(128));
        assertEquals(128, count(code, 128, 1).multiplyAdds());
        assertRefused("An iteration is to have 256 multiply-adds", code, 256, 1);
        assertRefused("An iteration is to make 2 Philox calls", code, 128, 2);
        assertRefused("An iteration is to make 0 Philox calls", code, 128, 0);
    }

    @Test
    void loopsOfUnknownTurnsAreRefused() {
        String inner = loop("unknown", "%rows", STORE + "add.u64 %from, %from, 4;");
        assertRefused(
                "neither multiplies nor draws", mainLoop(LOAD, inner, multiplyAdds(MULTIPLY_ADDS)), MULTIPLY_ADDS, 0);
    }

    @Test
    void aKernelWithoutMultiplyAddsHasNoMainLoop() {
        assertFalse(
                new MainLoop(compile(loop("only", "%rows", STORE + BARRIER + "add.u64 %from, %from, 4;"))).present());
    }

    private static void assertCounts(SteadyState.Counts counts, Map<String, Long> expected) {
        Map<String, Long> found = expected.keySet().stream()
                .collect(Collectors.toMap(
                        name -> name, name -> counts.instructions().getOrDefault(name, 0L)));
        assertEquals(expected, found, counts.toString());
    }

    private static void assertRefused(String message, String code, int multiplyAdds, int planes) {
        var refusal = assertThrows(IllegalStateException.class, () -> count(code, multiplyAdds, planes));
        assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    }

    private static SteadyState.Counts count(String code, int multiplyAdds, int planes) {
        return SteadyState.count(new MainLoop(compile(code)), multiplyAdds, planes);
    }

    private static List<SassInstruction> compile(String code) {
        String ptx =
                """
                .version 7.8
                .target sm_80
                .address_size 64
                .visible .entry loops(.param .u64 from, .param .u32 rows, .param .u32 columns)
                {
                    .reg .pred %p<4>;
                    .reg .b32 %r<16>;
                    .reg .b64 %d<4>, %from;
                    .reg .f32 %f<16>;
                    .reg .b32 %rows, %columns, %shared, %row, %column, %task, %plane, %inner, %only, %unknown;
                    .shared .align 4 .b8 tile[1024];
                    ld.param.u64 %from, [from];
                    ld.param.u32 %rows, [rows];
                    ld.param.u32 %columns, [columns];
                    mov.u32 %shared, tile;
                    mov.u32 %r1, %tid.x;
                    mov.u32 %r2, %tid.x;
                    add.u32 %shared, %shared, %r1;
                """
                        + IntStream.range(1, 12)
                                .mapToObj(n -> "mov.f32 %f" + n + ", 0f00000000;\n")
                                .collect(Collectors.joining())
                        + code.replace(";", ";\n")
                        + IntStream.range(1, 12)
                                .mapToObj(n -> "st.global.f32 [%from+" + 4 * n + "], %f" + n + ";\n")
                                .collect(Collectors.joining())
                        + "st.global.u32 [%from], %r2;\nret;\n}\n\0";
        byte[] cubin = PtxCompiler.compile("loops", ptx.getBytes(StandardCharsets.US_ASCII), "sm_90")
                .cubin();
        return Cubin.read(cubin).get("loops");
    }

    private static String mainLoop(String... body) {
        return loop("row", "%rows", BARRIER + String.join("", body));
    }

    /** Iterations at least once, and an unknown number of times. */
    private static String loop(String name, String iterations, String... body) {
        return "mov.u32 %" + name + ", 0;" + name + ":\n.pragma \"nounroll\";" + String.join("", body) + "add.u32 %"
                + name + ", %" + name + ", 1;" + "setp.lt.u32 %p1, %" + name + ", " + iterations + ";@%p1 bra " + name
                + ";";
    }

    private static String onCondition(String name, String body) {
        return "setp.lt.u32 %p2, %row, %columns;@%p2 bra.uni past_" + name + ";" + body + "past_" + name + ":\n";
    }

    /** Predicated multiply-adds, one after the other into eight sums. */
    private static String multiplyAdds(int count) {
        return "and.b32 %r4, %r2, 1;setp.ne.u32 %p3, %r4, 0;"
                + IntStream.range(0, count)
                        .mapToObj(n -> "@%p3 fma.rn.f32 %f" + (2 + n % 8) + ", %f1, %f" + (2 + (n + 3) % 8) + ", %f"
                                + (2 + n % 8) + ";")
                        .collect(Collectors.joining());
    }

    /** The multiplications of one call of Philox, each of what the one before gave. */
    private static String draw() {
        return IntStream.range(0, 10)
                .mapToObj(n -> "mul.wide.u32 %d1, %r2, 0xD2511F53;mov.b64 {%r5, %r6}, %d1;xor.b32 %r2, %r5, %r6;"
                        + "mul.wide.u32 %d1, %r2, 0xCD9E8D57;mov.b64 {%r5, %r6}, %d1;xor.b32 %r2, %r5, %r6;")
                .collect(Collectors.joining());
    }
}
