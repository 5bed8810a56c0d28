package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.kernels.cuda.KernelResources.Multiprocessor;
import org.pernodedrop.mask.TestResource;

/** Every kernel compiles, and keeps within what it may take and issue: slower kernels show without a GPU. */
@Tag("thorough")
class KernelBudgetTest {
    private static final List<Budget> RESOURCES = resources();

    /** A line of {@code kernel-resources.txt}. */
    private record Budget(String kernels, int registers, int spilled, int shared, int warps) {
        boolean fits(String kernel) {
            return kernel.matches(Pattern.quote(kernels).replace("*", "\\E.*\\Q"));
        }
    }

    /** A line of {@code kernel-instructions.txt}. */
    private record Instructions(String kernel, long multiplyAdds, int planes, double limit, double conflicts) {}

    @BeforeAll
    static void compilerIsThere() {
        PtxCompiler.requirePresent();
    }

    @ParameterizedTest
    @EnumSource
    void resourcesAreWithinBudget(Multiprocessor multiprocessor) {
        List<String> excesses = new ArrayList<>();
        Set<Budget> used = new HashSet<>();
        PtxCompiler.compiled(multiprocessor).forEach((module, compiled) -> {
            for (KernelSignature kernel : module.kernels()) {
                KernelResources taken = compiled.kernels().get(kernel.name());
                Budget budget = budget(kernel);
                used.add(budget);
                excesses.addAll(excesses(kernel, taken, budget, multiprocessor));
            }
        });
        assertEquals(List.of(), excesses);
        assertEquals(
                List.of(),
                RESOURCES.stream().filter(budget -> !used.contains(budget)).toList(),
                "budgets that are no kernel's");
    }

    private static List<Budget> resources() {
        return TestResource.rows(KernelBudgetTest.class, "kernel-resources.txt").stream()
                .map(row -> new Budget(
                        row[0],
                        Integer.parseInt(row[1]),
                        Integer.parseInt(row[2]),
                        Integer.parseInt(row[3]),
                        Integer.parseInt(row[4])))
                .toList();
    }

    private static List<Instructions> instructions() {
        return TestResource.rows(KernelBudgetTest.class, "kernel-instructions.txt").stream()
                .map(row -> new Instructions(
                        row[0],
                        Long.parseLong(row[1]),
                        Integer.parseInt(row[2]),
                        Double.parseDouble(row[3]),
                        Double.parseDouble(row[4])))
                .toList();
    }

    private static Budget budget(KernelSignature kernel) {
        return RESOURCES.stream()
                .filter(budget -> budget.fits(kernel.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No budget for " + kernel.name() + " in kernel-resources.txt"));
    }

    private static List<String> excesses(
            KernelSignature kernel, KernelResources taken, Budget budget, Multiprocessor multiprocessor) {
        List<String> excesses = new ArrayList<>();
        if (taken.registers() > budget.registers()) {
            excesses.add(kernel.name() + " takes " + taken.registers() + " registers, not " + budget.registers());
        }
        if (taken.spilled() > budget.spilled() || budget.spilled() == 0 && taken.stack() > 0) {
            excesses.add(kernel.name() + " spills " + taken.spilled() + " bytes on a stack of " + taken.stack()
                    + ", not " + budget.spilled());
        }
        if (taken.shared() > budget.shared()) {
            excesses.add(
                    kernel.name() + " takes " + taken.shared() + " bytes of shared memory, not " + budget.shared());
        }
        int warps = taken.residentWarps(kernel, multiprocessor);
        if (warps < budget.warps()) {
            excesses.add(kernel.name() + " has " + warps + " warps on a multiprocessor, not " + budget.warps());
        }
        return excesses;
    }

    /** The second number of __launch_bounds__ is a promise about registers; shared memory must keep it as well. */
    @ParameterizedTest
    @EnumSource
    void asManyBlocksAreResidentAsTheSourcePromises(Multiprocessor multiprocessor) {
        PtxCompiler.compiled(multiprocessor).forEach((module, compiled) -> {
            for (PtxText.Entry entry : new PtxText(module.ptx()).entries()) {
                int promised =
                        entry.directive(".minnctapersm").stream().findFirst().orElse(1);
                int blocks = compiled.kernels()
                        .get(entry.name())
                        .residentBlocks(module.kernel(entry.name()), multiprocessor);
                if (blocks < promised) {
                    fail(entry.name() + " promises " + promised + " blocks, " + blocks + " fit " + multiprocessor);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void mainLoopsAreWithinBudget(Multiprocessor multiprocessor) {
        List<String> excesses = new ArrayList<>();
        Map<String, List<SassInstruction>> code = PtxCompiler.code(multiprocessor);
        for (Instructions budget : instructions()) {
            List<SassInstruction> kernel = code.get(budget.kernel());
            if (kernel == null) {
                excesses.add(budget.kernel() + " is no kernel");
                continue;
            }
            SteadyState.Counts counts = SteadyState.count(new MainLoop(kernel), budget.multiplyAdds(), budget.planes());
            if (counts.perMultiplyAdd() > budget.limit()) {
                excesses.add(excess(budget, "not " + budget.limit(), counts));
            }
            if (counts.conflictsPerMultiplyAdd() > budget.conflicts()) {
                excesses.add(excess(budget, "bank conflicts not " + budget.conflicts(), counts));
            }
        }
        assertEquals(List.of(), excesses);
    }

    private static String excess(Instructions budget, String limit, SteadyState.Counts counts) {
        return budget.kernel() + " issues " + KernelTable.describe(counts) + ": " + limit;
    }
}
