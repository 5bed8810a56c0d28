package org.pernodedrop.kernels.cuda;

import java.util.List;
import java.util.Locale;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;

/**
 * Prints plans as {@code connection-plans.txt} and {@code multi-position-plans.txt} have them, for native timings on other
 * GPUs and of other layers: {@code PlanTable <multiprocessors> <bytes of shared memory of a block> <BxIxU | BxTxIxU>...}.
 * Buffers are aligned.
 */
final class PlanTable {
    static final List<Precision> TENSOR_CORES = List.of(Precision.TF32, Precision.BF16);

    private PlanTable() {}

    /** A GPU of compute capability 9.0. */
    static DeviceProperties device(int multiprocessors) {
        return new DeviceProperties("", 9, 0, multiprocessors, 0, 0);
    }

    public static void main(String... arguments) {
        if (arguments.length < 3) {
            System.err.println("PlanTable <multiprocessors> <bytes of shared memory of a block> <BxIxU | BxTxIxU>...");
            System.exit(2);
        }
        int multiprocessors = Integer.parseInt(arguments[0]);
        int sharedLimit = Integer.parseInt(arguments[1]);
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (int k = 2; k < arguments.length; k++) {
                String[] sizes = arguments[k].split("x");
                if (sizes.length == 3) {
                    for (MaskSource source : MaskSource.values()) {
                        for (Precision precision : Precision.values()) {
                            if (hasKernels(source, precision)) {
                                System.out.println(row(pass, source, precision, sizes, true, multiprocessors));
                            }
                        }
                    }
                } else {
                    for (Precision precision : TENSOR_CORES) {
                        System.out.println(row(pass, precision, sizes, true, multiprocessors, sharedLimit));
                    }
                }
            }
        }
    }

    /** Whether connection kernels of a precision multiply by masks of a source, so that they have rows. */
    static boolean hasKernels(MaskSource source, Precision precision) {
        return precision == Precision.FP32
                || source.tiles(precision, device(1)).stream().anyMatch(ConnectionPlan.Tile::onTensorCores);
    }

    /**
     * @param precision follows the source, unless it is that of most rows
     * @param sizes samples, inputs, outputs
     */
    static String row(
            ConnectionPass pass,
            MaskSource source,
            Precision precision,
            String[] sizes,
            boolean aligned,
            int multiprocessors) {
        ConnectionShape shape = ConnectionShape.of(number(sizes[0]), number(sizes[1]), number(sizes[2]));
        ConnectionPlan plan = ConnectionPlan.of(pass, source, shape, aligned, precision, device(multiprocessors));
        return words(
                pass,
                words(source) + (precision == Precision.FP32 ? "" : " " + precision),
                String.join(" ", sizes),
                aligned ? 1 : 0,
                multiprocessors,
                words(plan.tile()).replace(precision + "_", ""),
                plan.tiles(),
                plan.splits(),
                plan.splitLength(),
                plan.threads(),
                plan.sharedBytes(),
                plan.partials(),
                plan.biasPartials());
    }

    /** @param sizes samples, positions, inputs, outputs */
    static String row(
            ConnectionPass pass,
            Precision precision,
            String[] sizes,
            boolean aligned,
            int multiprocessors,
            int sharedLimit) {
        var shape = new ConnectionShape(number(sizes[0]), number(sizes[1]), number(sizes[2]), number(sizes[3]));
        MultiPositionPlan plan = MultiPositionPlan.of(pass, precision, shape, aligned, multiprocessors, sharedLimit);
        return words(
                pass,
                precision,
                String.join(" ", sizes),
                aligned ? 1 : 0,
                multiprocessors,
                sharedLimit,
                plan.tile(),
                plan.tiles(),
                plan.splits(),
                plan.splitLength(),
                plan.threads(),
                plan.sharedBytes(),
                plan.partials(),
                plan.firstWords(),
                plan.secondWords());
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private static String words(Object... words) {
        StringBuilder row = new StringBuilder();
        for (Object word : words) {
            row.append(row.length() > 0 ? " " : "")
                    .append(word instanceof Enum<?> value ? value.name().toLowerCase(Locale.ROOT) : word);
        }
        return row.toString();
    }
}
