package org.pernodedrop.kernels.cuda;

import java.util.List;
import java.util.regex.Pattern;
import org.pernodedrop.mask.TestResource;

/** The tables of what kernels may take and issue. */
final class Budgets {
    /** A line of {@code kernel-resources.txt}. */
    record Resources(String kernels, int registers, int spilled, int shared, int warps) {
        boolean fits(String kernel) {
            return kernel.matches(Pattern.quote(kernels).replace("*", "\\E.*\\Q"));
        }
    }

    /** A line of {@code kernel-instructions.txt}. */
    record Instructions(String kernel, long multiplyAdds, int planes, double limit) {}

    private Budgets() {}

    static List<Resources> resources() {
        return TestResource.rows(Budgets.class, "kernel-resources.txt").stream()
                .map(row -> new Resources(
                        row[0],
                        Integer.parseInt(row[1]),
                        Integer.parseInt(row[2]),
                        Integer.parseInt(row[3]),
                        Integer.parseInt(row[4])))
                .toList();
    }

    static List<Instructions> instructions() {
        return TestResource.rows(Budgets.class, "kernel-instructions.txt").stream()
                .map(row -> new Instructions(
                        row[0], Long.parseLong(row[1]), Integer.parseInt(row[2]), Double.parseDouble(row[3])))
                .toList();
    }
}
