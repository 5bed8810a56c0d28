package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Conflicts of multiply-adds whose registers are written here. */
class BankConflictsTest {
    private static final long REGISTERS = 0x223;
    private static final long IMMEDIATE = 0x423;
    private static final long MOVE = 0x202;
    private static final int NONE = 0;
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    @Test
    void threeRegistersOfOneBankConflict() {
        assertConflicts(1, fma(REGISTERS, 2, 4, 6, NONE));
        assertConflicts(1, fma(REGISTERS, 1, 13, 3, NONE));
        assertConflicts(0, fma(REGISTERS, 1, 4, 6, NONE));
        assertConflicts(0, fma(REGISTERS, 2, 5, 6, NONE));
        assertConflicts(0, fma(REGISTERS, 2, 4, 7, NONE));
    }

    @Test
    void fewerThanThreeDoNot() {
        assertConflicts(0, fma(REGISTERS, 2, 2, 6, NONE));
        assertConflicts(0, fma(REGISTERS, 1, 3, SassInstruction.ZERO_REGISTER, NONE));
        assertConflicts(0, fma(IMMEDIATE, 2, 4, 6, NONE));
        assertConflicts(0, fma(MOVE, 2, 4, 6, NONE));
    }

    @Test
    void theReuseCacheHoldsAnOperandForOneInstruction() {
        SassInstruction keeps = fma(REGISTERS, 2, 5, 6, FIRST);
        SassInstruction sameFirst = fma(REGISTERS, 2, 4, 6, NONE);
        assertConflicts(0, keeps, sameFirst);
        assertConflicts(1, keeps, sameFirst, sameFirst);
        assertConflicts(1, fma(REGISTERS, 2, 5, 6, NONE), sameFirst);
        assertConflicts(1, fma(REGISTERS, 2, 5, 6, SECOND), sameFirst);
        assertConflicts(1, fma(REGISTERS, 8, 5, 6, FIRST), sameFirst);
        assertConflicts(1, fma(REGISTERS, 5, 2, 6, FIRST | SECOND), sameFirst);
    }

    private static void assertConflicts(long expected, SassInstruction... code) {
        assertEquals(expected, BankConflicts.count(List.of(code)));
    }

    private static SassInstruction fma(long operation, long a, long b, long c, long reused) {
        return SassInstruction.decode(b << 32 | a << 24 | operation, reused << 58 | c, 90);
    }
}
