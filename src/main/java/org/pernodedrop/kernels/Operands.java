package org.pernodedrop.kernels;

import java.util.ArrayList;
import java.util.List;

/** The matrices of one call: each must hold what it should, and no output may lie over another operand. */
final class Operands {
    private final List<Operand> operands = new ArrayList<>();

    private record Operand(String name, HostMatrix matrix, int rows, int columns) {}

    void input(String name, HostMatrix matrix, int rows, int columns) {
        KernelChecks.notNull(name, matrix).requireHolds(name, rows, columns);
        operands.add(new Operand(name, matrix, rows, columns));
    }

    /** Outputs come after all inputs. */
    void output(String name, HostMatrix matrix, int rows, int columns) {
        KernelChecks.notNull(name, matrix).requireHolds(name, rows, columns);
        if (!matrix.isWritable()) {
            throw new IllegalArgumentException(name + " must be writable; it lies in a read-only buffer");
        }
        for (Operand other : operands) {
            if (matrix.overlaps(rows, columns, other.matrix(), other.rows(), other.columns())) {
                throw new IllegalArgumentException(
                        other.name() + " and " + name + " must not overlap; use separate memory");
            }
        }
        operands.add(new Operand(name, matrix, rows, columns));
    }
}
