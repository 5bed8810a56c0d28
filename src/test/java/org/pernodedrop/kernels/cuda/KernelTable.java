package org.pernodedrop.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints what compiled kernels take and issue, for tuning: {@code KernelTable <file.ptx | file.cubin> <multiply-adds
 * of a thread in a k-step of the main loop> <planes drawn> [part of the kernels' names]}. PTX is compiled for sm_90.
 */
final class KernelTable {
    private KernelTable() {}

    public static void main(String... arguments) throws IOException {
        if (arguments.length < 3) {
            System.err.println("KernelTable <file.ptx | file.cubin> <multiply-adds> <planes> [part of the names]");
            System.exit(2);
        }
        byte[] cubin = Files.readAllBytes(Path.of(arguments[0]));
        String part = arguments.length > 3 ? arguments[3] : "";
        if (arguments[0].endsWith(".ptx")) {
            PtxCompiler.Module module =
                    PtxCompiler.compile(arguments[0], Arrays.copyOf(cubin, cubin.length + 1), "sm_90");
            module.kernels().forEach((name, resources) -> {
                if (name.contains(part)) {
                    System.out.println(name + " " + resources);
                }
            });
            cubin = module.cubin();
        }
        for (Map.Entry<String, List<SassInstruction>> kernel : Cubin.read(cubin).entrySet()) {
            if (kernel.getKey().contains(part)) {
                System.out.println(row(
                        kernel.getKey(),
                        kernel.getValue(),
                        Long.parseLong(arguments[1]),
                        Integer.parseInt(arguments[2])));
            }
        }
    }

    private static String row(String name, List<SassInstruction> code, long multiplyAdds, int planes) {
        MainLoop main = new MainLoop(code);
        if (!main.present()) {
            return name + ": no loop with multiply-adds";
        }
        try {
            return name + ": " + describe(SteadyState.count(main, multiplyAdds, planes));
        } catch (IllegalStateException e) {
            return name + ": " + e.getMessage();
        }
    }

    static String describe(SteadyState.Counts counts) {
        String histogram = counts.instructions().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Long> entry) -> -entry.getValue()))
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        return String.format(
                "%.3f = %d / %d; bank conflicts %.3f; %s; %s",
                counts.perMultiplyAdd(),
                counts.issued(),
                counts.multiplyAdds(),
                counts.conflictsPerMultiplyAdd(),
                counts.loops(),
                histogram);
    }
}
