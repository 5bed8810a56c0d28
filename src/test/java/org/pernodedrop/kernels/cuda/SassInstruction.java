package org.pernodedrop.kernels.cuda;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A machine instruction of sm_90, of which only the operation, the predicate, the immediate operand and a branch's
 * target are read: NVIDIA documents no more than the operations' names.
 *
 * @param operation bits 0 to 11: nine for the operation, three for the form of its operands
 * @param predicated whether a predicate guards it
 * @param immediate bits 32 to 63, which hold the operand of the forms that have one
 * @param branchDistance instructions from the next one to the branch's target
 */
record SassInstruction(int operation, boolean predicated, int immediate, int branchDistance) {
    private static final int ALWAYS = 7;
    private static final int OPERATION = 0x1FF;

    /** Operations and their names. */
    private static final Map<Integer, String> NAMES = Arrays.stream(
                    """
            002 MOV, 003 P2R, 004 R2P, 005 CS2R, 007 SEL, 008 FSEL, 009 FMNMX, 00B FSETP, 00C ISETP,
            010 IADD3, 011 LEA, 012 LOP3, 016 PRMT, 017 IMNMX, 019 SHF, 01C PLOP3, 020 FMUL, 021 FADD,
            023 FFMA, 024 IMAD, 025 IMAD.WIDE, 026 IDP, 027 IMAD.HI, 035 IADD, 082 UMOV, 08C UISETP,
            090 UIADD3, 091 ULEA, 092 ULOP3, 099 USHF, 0A4 UIMAD, 0A5 UIMAD.WIDE, 0B9 ULDC, 108 MUFU,
            118 NOP, 119 S2R, 11A DEPBAR, 11D BAR, 141 BSYNC, 144 CALL, 145 BSSY, 147 BRA, 149 BRX,
            14D EXIT, 150 RET, 181 LDG, 182 LDC, 183 LDL, 184 LDS, 186 STG, 187 STL, 188 STS, 189 SHFL,
            1AE LDGSTS, 1AF LDGDEPBAR, 1C3 S2UR
            """
                            .split(","))
            .map(entry -> entry.strip().split(" "))
            .collect(Collectors.toMap(entry -> Integer.valueOf(entry[0], 16), entry -> entry[1]));

    static SassInstruction decode(long low, long high) {
        // Bytes over 4: the low 8 bits in bits 16 to 23 of the instruction, 48 more, with the sign, from bit 34 on.
        long upper = (low >>> 34 | high << 30) << 16 >> 16;
        long distance = upper << 8 | low >>> 16 & 0xFF;
        return new SassInstruction(
                (int) (low & 0xFFF), (low >>> 12 & 7) != ALWAYS, (int) (low >>> 32), (int) (distance / 4));
    }

    boolean is(String name) {
        return name.equals(NAMES.get(operation & OPERATION));
    }

    String name() {
        return NAMES.getOrDefault(operation & OPERATION, String.format("0x%03x", operation & OPERATION));
    }
}
