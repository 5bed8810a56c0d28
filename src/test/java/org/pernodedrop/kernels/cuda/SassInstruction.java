package org.pernodedrop.kernels.cuda;

import java.util.Map;

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

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0x002, "MOV"),
            Map.entry(0x003, "P2R"),
            Map.entry(0x004, "R2P"),
            Map.entry(0x005, "CS2R"),
            Map.entry(0x007, "SEL"),
            Map.entry(0x008, "FSEL"),
            Map.entry(0x009, "FMNMX"),
            Map.entry(0x00B, "FSETP"),
            Map.entry(0x00C, "ISETP"),
            Map.entry(0x010, "IADD3"),
            Map.entry(0x011, "LEA"),
            Map.entry(0x012, "LOP3"),
            Map.entry(0x016, "PRMT"),
            Map.entry(0x017, "IMNMX"),
            Map.entry(0x019, "SHF"),
            Map.entry(0x01C, "PLOP3"),
            Map.entry(0x020, "FMUL"),
            Map.entry(0x021, "FADD"),
            Map.entry(0x023, "FFMA"),
            Map.entry(0x024, "IMAD"),
            Map.entry(0x025, "IMAD.WIDE"),
            Map.entry(0x026, "IDP"),
            Map.entry(0x027, "IMAD.HI"),
            Map.entry(0x035, "IADD"),
            Map.entry(0x181, "LDG"),
            Map.entry(0x082, "UMOV"),
            Map.entry(0x183, "LDL"),
            Map.entry(0x184, "LDS"),
            Map.entry(0x08C, "UISETP"),
            Map.entry(0x090, "UIADD3"),
            Map.entry(0x091, "ULEA"),
            Map.entry(0x092, "ULOP3"),
            Map.entry(0x099, "USHF"),
            Map.entry(0x0A4, "UIMAD"),
            Map.entry(0x0A5, "UIMAD.WIDE"),
            Map.entry(0x1AE, "LDGSTS"),
            Map.entry(0x1AF, "LDGDEPBAR"),
            Map.entry(0x0B9, "ULDC"),
            Map.entry(0x1C3, "S2UR"),
            Map.entry(0x108, "MUFU"),
            Map.entry(0x118, "NOP"),
            Map.entry(0x119, "S2R"),
            Map.entry(0x11A, "DEPBAR"),
            Map.entry(0x11D, "BAR"),
            Map.entry(0x141, "BSYNC"),
            Map.entry(0x144, "CALL"),
            Map.entry(0x145, "BSSY"),
            Map.entry(0x147, "BRA"),
            Map.entry(0x149, "BRX"),
            Map.entry(0x14D, "EXIT"),
            Map.entry(0x150, "RET"),
            Map.entry(0x182, "LDC"),
            Map.entry(0x186, "STG"),
            Map.entry(0x187, "STL"),
            Map.entry(0x188, "STS"),
            Map.entry(0x189, "SHFL"));

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
