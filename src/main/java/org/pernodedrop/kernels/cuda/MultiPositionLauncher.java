package org.pernodedrop.kernels.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.MaskSpec;

/**
 * Launches the products of samples whose positions share the sample's mask, on tensor cores. Operands that do not lie as the
 * kernels take them are first copied into the workspace. Arguments are trusted.
 */
final class MultiPositionLauncher {
    private final KernelModules modules;
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final int multiprocessors;
    private final int sharedLimit;
    private final Precision precision;
    private final Kernel weightSum;
    private final Kernel pad;
    private final Kernel pairColumns;
    private final Kernel pairRows;
    private final Map<Product, MultiPositionPlan> plans = MaskedProductLauncher.planCache();
    private final Map<Variant, Kernel> kernels = new HashMap<>();

    private record Product(ConnectionPass pass, ConnectionShape shape, boolean aligned) {}

    private record Variant(ConnectionPass pass, MaskSource source, MultiPositionPlan.Tile tile) {}

    /**
     * A factor of a product: {@code [planes, rows, columns]}.
     *
     * @param along whether sums run along the columns, not across them
     */
    private record Factor(DeviceAddress from, boolean along, int planes, int rows, int columns) {}

    /** A plan and the addresses of its factors, as kernels read them, and of its partial sums. */
    private record Prepared(MultiPositionPlan plan, long first, long second, long partials) {
        Grid grid() {
            return Grid.of(plan.tiles(), plan.splits(), 1);
        }
    }

    MultiPositionLauncher(
            KernelModules modules, KernelLauncher launcher, DeviceProperties device, Precision precision) {
        this.modules = modules;
        this.launcher = launcher;
        this.multiprocessors = device.multiprocessors();
        this.shapes = new LaunchShapes(multiprocessors);
        this.sharedLimit = device.sharedLimit();
        this.precision = precision.onTensorCores();
        weightSum = modules.kernel(ConnectionPass.BACKWARD_WEIGHT.sumKernel());
        pad = modules.kernel(PtxModule.OPERANDS, "multi_position_pad");
        pairColumns = modules.kernel(PtxModule.OPERANDS, "multi_position_pair_columns");
        pairRows = modules.kernel(PtxModule.OPERANDS, "multi_position_pair_rows");
    }

    /** {@code z[b, t, u] = sum_i x[b, t, i] w[i, u] m[first + b, i, u] + bias[u]}, {@code y = act(z)}. */
    void forward(
            MaskDraw<DeviceMask, ?> draw, ForwardPass<? extends DeviceAddress> operands, LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        Factor x = new Factor(operands.x(), true, shape.samples(), shape.positions(), shape.inputs());
        Factor w = new Factor(operands.w(), false, 1, shape.inputs(), shape.outputs());
        Prepared prepared = prepare(ConnectionPass.FORWARD, shape, x, w, workspace);
        begin(ConnectionPass.FORWARD, prepared, draw)
                .pointer(operands.bias())
                .int32(operands.activation().code())
                .pointer(operands.z(), operands.y())
                .launch(prepared.grid());
    }

    /** {@code dx[b, t, i] = sum_u dz[b, t, u] w[i, u] m[first + b, i, u]}. */
    void backwardInput(
            MaskDraw<DeviceMask, ?> draw, BackwardPass<? extends DeviceAddress> operands, LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        Factor dz = new Factor(operands.dz(), true, shape.samples(), shape.positions(), shape.outputs());
        Factor w = new Factor(operands.w(), true, 1, shape.inputs(), shape.outputs());
        Prepared prepared = prepare(ConnectionPass.BACKWARD_INPUT, shape, dz, w, workspace);
        begin(ConnectionPass.BACKWARD_INPUT, prepared, draw)
                .pointer(operands.dx())
                .launch(prepared.grid());
    }

    /** {@code dw[i, u] = sum_b m[first + b, i, u] sum_t x[b, t, i] dz[b, t, u]}. */
    void backwardWeight(
            MaskDraw<DeviceMask, ?> draw, BackwardPass<? extends DeviceAddress> operands, LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        Factor x = new Factor(operands.x(), false, shape.samples(), shape.positions(), shape.inputs());
        Factor dz = new Factor(operands.dz(), false, shape.samples(), shape.positions(), shape.outputs());
        Prepared prepared = prepare(ConnectionPass.BACKWARD_WEIGHT, shape, x, dz, workspace);
        MultiPositionPlan plan = prepared.plan();
        begin(ConnectionPass.BACKWARD_WEIGHT, prepared, draw)
                .pointer(operands.dw())
                .pointer(prepared.partials())
                .int32(plan.splitLength())
                .launch(prepared.grid());
        if (plan.splits() > 1) {
            launcher.of(weightSum)
                    .pointer(prepared.partials())
                    .pointer(0)
                    .int32(plan.splits(), shape.inputs(), shape.outputs())
                    .float32(draw.mask().scale())
                    .pointer(operands.dw())
                    .pointer(0)
                    .launch(shapes.elements(shape.weightSize()));
        }
    }

    private MultiPositionPlan plan(ConnectionPass pass, ConnectionShape shape, boolean aligned) {
        return plans.computeIfAbsent(
                new Product(pass, shape, aligned),
                key -> MultiPositionPlan.of(pass, precision, shape, aligned, multiprocessors, sharedLimit));
    }

    /** Bytes of workspace that a pass takes at most, wherever its operands lie. */
    long workspaceBytes(ConnectionShape shape) {
        long most = 0;
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (boolean aligned : new boolean[] {false, true}) {
                most = Math.max(most, words(plan(pass, shape, aligned)));
            }
        }
        return most * Integer.BYTES;
    }

    private static long words(MultiPositionPlan plan) {
        return plan.firstWords() + plan.secondWords() + plan.partials();
    }

    /** Loads all kernels that the passes may need: not those that take more shared memory than the GPU has. */
    void load(MaskSpec spec) {
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (MultiPositionPlan.Tile tile : MultiPositionPlan.Tile.values()) {
                Kernel kernel = kernel(pass, source(spec), tile);
                if (kernel.signature.sharedBytes() <= sharedLimit) {
                    kernel.function();
                }
            }
        }
        for (Kernel kernel : new Kernel[] {weightSum, pad, pairColumns, pairRows}) {
            kernel.function();
        }
    }

    private Kernel kernel(ConnectionPass pass, MaskSource source, MultiPositionPlan.Tile tile) {
        return kernels.computeIfAbsent(
                new Variant(pass, source, tile), key -> modules.kernel(source.kernel(pass, precision, tile)));
    }

    /** Plans a pass, and brings its factors into the form that its kernel reads. */
    private Prepared prepare(
            ConnectionPass pass, ConnectionShape shape, Factor first, Factor second, LongUnaryOperator workspace) {
        boolean aligned = MaskedProductLauncher.aligned(first.from(), second.from());
        MultiPositionPlan plan = plan(pass, shape, aligned);
        long words = words(plan);
        // Factors are multiples of four words, so each begins at a multiple of 16 bytes.
        long firstAt = words == 0 ? 0 : workspace.applyAsLong(words * Integer.BYTES);
        long secondAt = firstAt + plan.firstWords() * Integer.BYTES;
        return new Prepared(
                plan,
                make(first, plan.firstWords(), firstAt),
                make(second, plan.secondWords(), secondAt),
                plan.partials() == 0 ? 0 : secondAt + plan.secondWords() * Integer.BYTES);
    }

    /** Copies a factor: pairs of bf16 along the columns or across them, or padded floats. Returns where it is read. */
    private long make(Factor factor, long words, long to) {
        if (words == 0) {
            return factor.from().address();
        }
        boolean bf16 = precision == Precision.BF16;
        if (bf16 && !factor.along()) {
            launcher.of(pairRows).int64(factor.planes()).int32(factor.rows());
        } else {
            launcher.of(bf16 ? pairColumns : pad).int64((long) factor.planes() * factor.rows());
        }
        launcher.int32(factor.columns())
                .pointer(factor.from())
                .pointer(to)
                .launch(shapes.elements(words / (MaskedProductLauncher.ALIGNMENT / Integer.BYTES)));
        return to;
    }

    // The arguments that all passes begin with.
    private KernelLauncher begin(ConnectionPass pass, Prepared prepared, MaskDraw<DeviceMask, ?> draw) {
        ConnectionShape shape = draw.shape();
        Kernel kernel = kernel(pass, source(draw.mask().spec()), prepared.plan().tile());
        KernelLauncher launch = MaskedProductLauncher.begin(launcher.of(kernel), draw);
        if (pass == ConnectionPass.BACKWARD_WEIGHT) {
            launch.int32(shape.samples());
        }
        return launch.int32(shape.positions(), shape.inputs(), shape.outputs())
                .pointer(prepared.first())
                .pointer(prepared.second());
    }

    private static MaskSource source(MaskSpec spec) {
        return switch (spec.noise()) {
            case GAUSSIAN -> MaskSource.GAUSSIAN;
            case PARTIAL_GAUSSIAN -> MaskSource.PARTIAL_GAUSSIAN;
            case BERNOULLI -> spec.rate().planes() == 1 ? MaskSource.ONE_PLANE : MaskSource.MANY_PLANES;
        };
    }
}
