package org.pernodedrop.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A machine instruction of sm_80 or sm_90, of which only the operation, the predicate, the operands of a multiply-add,
 * the immediate operand and a branch's target are read: NVIDIA documents no more than the operations' names.
 *
 * @param operation bits 0 to 11: nine for the operation, three for the form of its operands
 * @param predicated whether a predicate guards it
 * @param immediate bits 32 to 63, which hold the operand of the forms that have one
 * @param branchDistance instructions from the next one to the branch's target
 * @param sources the registers read by the form with three of them; 255 reads as zero
 * @param reused bit n: the n-th source stays in the reuse cache for the next instruction
 */
record SassInstruction(
        int operation, boolean predicated, int immediate, int branchDistance, List<Integer> sources, int reused) {
    static final int ZERO_REGISTER = 255;

    private static final int ALWAYS = 7;
    private static final int OPERATION = 0x1FF;
    private static final int THREE_REGISTERS = 1;
    private static final int CALL = 0x944;
    private static final int BRANCH = 0x947;
    private static final long WITHOUT_RETURN = 1L << 22;

    /** Operations and their names. */
    private static final Map<Integer, String> NAMES = Arrays.stream(
                    """
            002 MOV, 003 P2R, 004 R2P, 005 CS2R, 007 SEL, 008 FSEL, 009 FMNMX, 00B FSETP, 00C ISETP,
            010 IADD3, 011 LEA, 012 LOP3, 016 PRMT, 017 IMNMX, 019 SHF, 01C PLOP3, 020 FMUL, 021 FADD,
            023 FFMA, 024 IMAD, 025 IMAD.WIDE, 026 IDP, 027 IMAD.HI, 03C HMMA, 035 IADD, 082 UMOV, 08C UISETP,
            090 UIADD3, 091 ULEA, 092 ULOP3, 099 USHF, 0A4 UIMAD, 0A5 UIMAD.WIDE, 0B9 ULDC, 108 MUFU,
            118 NOP, 119 S2R, 11A DEPBAR, 11D BAR, 141 BSYNC, 144 CALL, 145 BSSY, 147 BRA, 149 BRX,
            14D EXIT, 150 RET, 181 LDG, 182 LDC, 183 LDL, 184 LDS, 186 STG, 187 STL, 188 STS, 189 SHFL,
            1AE LDGSTS, 1AF LDGDEPBAR, 1C3 S2UR
            """
                            .split(","))
            .map(entry -> entry.strip().split(" "))
            .collect(Collectors.toMap(entry -> Integer.valueOf(entry[0], 16), entry -> entry[1]));

    /**
     * Decodes 16 bytes.
     *
     * @param architecture 80 for sm_80
     */
    static SassInstruction decode(long low, long high, int architecture) {
        int operation = (int) (low & 0xFFF);
        if (operation == CALL && (high & WITHOUT_RETURN) != 0) {
            operation = BRANCH; // sm_80 leaves loops by such calls
        }
        // Bytes over 4: 48 bits, with the sign, from bit 34 on; on sm_90 bits 16 to 23 are 8 lower ones.
        long distance = (low >>> 34 | high << 30) << 16 >> 16;
        if (architecture >= 90) {
            distance = distance << 8 | low >>> 16 & 0xFF;
        }
        return new SassInstruction(
                operation,
                (low >>> 12 & 7) != ALWAYS,
                (int) (low >>> 32),
                (int) (distance / 4),
                List.of((int) (low >>> 24 & 0xFF), (int) (low >>> 32 & 0xFF), (int) (high & 0xFF)),
                (int) (high >>> 58 & 7));
    }

    /** Whether all three sources are registers. */
    boolean readsThreeRegisters() {
        return operation >>> 9 == THREE_REGISTERS;
    }

    boolean is(String name) {
        return name.equals(NAMES.get(operation & OPERATION));
    }

    String name() {
        return NAMES.getOrDefault(operation & OPERATION, String.format("0x%03x", operation & OPERATION));
    }
}
