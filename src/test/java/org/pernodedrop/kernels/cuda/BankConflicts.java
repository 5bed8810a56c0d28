package org.pernodedrop.kernels.cuda;

import java.util.List;
import java.util.TreeSet;

/**
 * Register bank conflicts of multiply-adds. Even registers lie in one bank, odd ones in another; an FFMA conflicts, and
 * takes a cycle more, if it must read three different registers of one bank. It need not read a register that the
 * instruction before it read as the same operand and left in the reuse cache, nor the one that is always zero.
 */
final class BankConflicts {
    private BankConflicts() {}

    /** Conflicts in code that runs from its first to its last instruction; nothing is in the reuse cache before. */
    static long count(List<SassInstruction> code) {
        long conflicts = 0;
        for (int n = 0; n < code.size(); n++) {
            if (conflicts(code.get(n), n == 0 ? null : code.get(n - 1))) {
                conflicts++;
            }
        }
        return conflicts;
    }

    private static boolean conflicts(SassInstruction instruction, SassInstruction before) {
        if (!instruction.is("FFMA") || !instruction.readsThreeRegisters()) {
            return false;
        }
        TreeSet<Integer> read = new TreeSet<>();
        for (int operand = 0; operand < 3; operand++) {
            int register = instruction.sources().get(operand);
            boolean cached = before != null
                    && (before.reused() >>> operand & 1) == 1
                    && before.sources().get(operand) == register;
            if (!cached && register != SassInstruction.ZERO_REGISTER) {
                read.add(register);
            }
        }
        return read.size() == 3
                && read.stream().map(register -> register % 2).distinct().count() == 1;
    }
}
