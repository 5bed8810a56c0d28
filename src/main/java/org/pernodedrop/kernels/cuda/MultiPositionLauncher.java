package org.pernodedrop.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.mask.MaskSpec;

/**
 * Launches the products of samples whose positions share the sample's mask, on tensor cores. Operands that do not lie as the
 * kernels take them are first copied into the workspace. Arguments are trusted.
 */
final class MultiPositionLauncher {
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final int multiprocessors;
    private final int sharedLimit;
    private final MultiPositionPrecision precision;
    private final Map<ConnectionPass, Map<MaskSource, Map<MultiPositionPlan.Tile, Kernel>>> kernels =
            new EnumMap<>(ConnectionPass.class);
    private final Kernel weightSum;
    private final Kernel pad;
    private final Kernel pairColumns;
    private final Kernel pairRows;
    private final Map<Planned, MultiPositionPlan> plans = MaskedProductLauncher.planCache();

    private record Planned(ConnectionPass pass, ConnectionShape shape, boolean aligned) {}

    /** Addresses of a launch's operands and of its partial sums. */
    private record Places(long first, long second, long partials) {}

    MultiPositionLauncher(
            KernelModules modules, KernelLauncher launcher, DeviceProperties device, MultiPositionPrecision precision) {
        this.launcher = launcher;
        this.multiprocessors = device.multiprocessors();
        this.shapes = new LaunchShapes(multiprocessors);
        this.sharedLimit = device.sharedLimit();
        this.precision = precision;
        for (ConnectionPass pass : ConnectionPass.values()) {
            Map<MaskSource, Map<MultiPositionPlan.Tile, Kernel>> ofPass = new EnumMap<>(MaskSource.class);
            for (MaskSource source : MaskSource.MULTI_POSITION) {
                Map<MultiPositionPlan.Tile, Kernel> ofSource = new EnumMap<>(MultiPositionPlan.Tile.class);
                for (MultiPositionPlan.Tile tile : MultiPositionPlan.Tile.values()) {
                    ofSource.put(tile, modules.kernel(source.kernel(pass, precision, tile)));
                }
                ofPass.put(source, ofSource);
            }
            kernels.put(pass, ofPass);
        }
        weightSum = modules.kernel(ConnectionPass.BACKWARD_WEIGHT.sumKernel());
        pad = modules.kernel(PtxModule.MULTI_POSITION_OPERANDS, "multi_position_pad");
        pairColumns = modules.kernel(PtxModule.MULTI_POSITION_OPERANDS, "multi_position_pair_columns");
        pairRows = modules.kernel(PtxModule.MULTI_POSITION_OPERANDS, "multi_position_pair_rows");
    }

    /** {@code z[b, t, u] = sum_i x[b, t, i] w[i, u] m[first + b, i, u] + bias[u]}, {@code y = act(z)}. */
    void forward(
            MaskDraw<DeviceMask, ?> draw, ForwardPass<? extends DeviceAddress> operands, LongUnaryOperator workspace) {
        ConnectionPass pass = ConnectionPass.FORWARD;
        ConnectionShape shape = draw.shape();
        DeviceAddress x = operands.x();
        DeviceAddress w = operands.w();
        MultiPositionPlan plan = plan(pass, shape, MaskedProductLauncher.aligned(x, w));
        Places places = places(plan, x, w, workspace);
        makeOperand(plan.firstWords(), true, shape.samples(), shape.positions(), shape.inputs(), x, places.first());
        makeOperand(plan.secondWords(), false, 1, shape.inputs(), shape.outputs(), w, places.second());
        begin(pass, plan, draw)
                .int32(shape.positions())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(places.first())
                .pointer(places.second())
                .pointer(operands.bias())
                .int32(operands.activation().code())
                .pointer(operands.z())
                .pointer(operands.y())
                .launch(grid(plan));
    }

    /** {@code dx[b, t, i] = sum_u dz[b, t, u] w[i, u] m[first + b, i, u]}. */
    void backwardInput(
            MaskDraw<DeviceMask, ?> draw, BackwardPass<? extends DeviceAddress> operands, LongUnaryOperator workspace) {
        ConnectionPass pass = ConnectionPass.BACKWARD_INPUT;
        ConnectionShape shape = draw.shape();
        DeviceAddress dz = operands.dz();
        DeviceAddress w = operands.w();
        MultiPositionPlan plan = plan(pass, shape, MaskedProductLauncher.aligned(dz, w));
        Places places = places(plan, dz, w, workspace);
        makeOperand(plan.firstWords(), true, shape.samples(), shape.positions(), shape.outputs(), dz, places.first());
        makeOperand(plan.secondWords(), true, 1, shape.inputs(), shape.outputs(), w, places.second());
        begin(pass, plan, draw)
                .int32(shape.positions())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(places.first())
                .pointer(places.second())
                .pointer(operands.dx())
                .launch(grid(plan));
    }

    /** {@code dw[i, u] = sum_b m[first + b, i, u] sum_t x[b, t, i] dz[b, t, u]}. */
    void backwardWeight(
            MaskDraw<DeviceMask, ?> draw, BackwardPass<? extends DeviceAddress> operands, LongUnaryOperator workspace) {
        ConnectionPass pass = ConnectionPass.BACKWARD_WEIGHT;
        ConnectionShape shape = draw.shape();
        DeviceAddress x = operands.x();
        DeviceAddress dz = operands.dz();
        MultiPositionPlan plan = plan(pass, shape, MaskedProductLauncher.aligned(x, dz));
        Places places = places(plan, x, dz, workspace);
        int samples = shape.samples();
        makeOperand(plan.firstWords(), false, samples, shape.positions(), shape.inputs(), x, places.first());
        makeOperand(plan.secondWords(), false, samples, shape.positions(), shape.outputs(), dz, places.second());
        begin(pass, plan, draw)
                .int32(samples)
                .int32(shape.positions())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(places.first())
                .pointer(places.second())
                .pointer(operands.dw())
                .pointer(places.partials())
                .int32(plan.splitLength())
                .launch(grid(plan));
        if (plan.splits() > 1) {
            launcher.of(weightSum)
                    .pointer(places.partials())
                    .pointer(0)
                    .int32(plan.splits())
                    .int32(shape.inputs())
                    .int32(shape.outputs())
                    .float32(draw.mask().scale())
                    .pointer(operands.dw())
                    .pointer(0)
                    .launch(shapes.elements(shape.weightSize()));
        }
    }

    private MultiPositionPlan plan(ConnectionPass pass, ConnectionShape shape, boolean aligned) {
        return plans.computeIfAbsent(
                new Planned(pass, shape, aligned),
                key -> MultiPositionPlan.of(
                        pass,
                        precision,
                        new MultiPositionPlan.Shape(
                                shape.samples(), shape.positions(), shape.inputs(), shape.outputs()),
                        aligned,
                        multiprocessors,
                        sharedLimit));
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
        for (Map<MaskSource, Map<MultiPositionPlan.Tile, Kernel>> ofPass : kernels.values()) {
            for (Kernel kernel : ofPass.get(source(spec)).values()) {
                if (kernel.signature.sharedBytes() <= sharedLimit) {
                    kernel.function();
                }
            }
        }
        for (Kernel kernel : new Kernel[] {weightSum, pad, pairColumns, pairRows}) {
            kernel.function();
        }
    }

    // Operands are multiples of four words, so each begins at a multiple of 16 bytes.
    private static Places places(
            MultiPositionPlan plan, DeviceAddress first, DeviceAddress second, LongUnaryOperator workspace) {
        long words = words(plan);
        long start = words == 0 ? 0 : workspace.applyAsLong(words * Integer.BYTES);
        long secondStart = start + plan.firstWords() * Integer.BYTES;
        return new Places(
                plan.firstWords() == 0 ? first.address() : start,
                plan.secondWords() == 0 ? second.address() : secondStart,
                plan.partials() == 0 ? 0 : secondStart + plan.secondWords() * Integer.BYTES);
    }

    /** Copies {@code from [planes, rows, columns]}: pairs of bf16 along the columns or across them, or padded floats. */
    private void makeOperand(
            long words, boolean along, int planes, int rows, int columns, DeviceAddress from, long to) {
        if (words == 0) {
            return;
        }
        Grid grid = shapes.elements(words / (MaskedProductLauncher.ALIGNMENT / Integer.BYTES));
        if (precision == MultiPositionPrecision.BF16 && !along) {
            launcher.of(pairRows)
                    .int64(planes)
                    .int32(rows)
                    .int32(columns)
                    .pointer(from)
                    .pointer(to)
                    .launch(grid);
            return;
        }
        launcher.of(precision == MultiPositionPrecision.BF16 ? pairColumns : pad)
                .int64((long) planes * rows)
                .int32(columns)
                .pointer(from)
                .pointer(to)
                .launch(grid);
    }

    // The arguments that all passes begin with.
    private KernelLauncher begin(ConnectionPass pass, MultiPositionPlan plan, MaskDraw<DeviceMask, ?> draw) {
        Kernel kernel = kernels.get(pass).get(source(draw.mask().spec())).get(plan.tile());
        return MaskedProductLauncher.begin(launcher.of(kernel), draw);
    }

    private static Grid grid(MultiPositionPlan plan) {
        return Grid.of(plan.tiles(), plan.splits(), 1);
    }

    private static MaskSource source(MaskSpec spec) {
        return switch (spec.noise()) {
            case GAUSSIAN -> MaskSource.GAUSSIAN;
            case PARTIAL_GAUSSIAN -> MaskSource.PARTIAL_GAUSSIAN;
            case BERNOULLI -> spec.rate().planes() == 1 ? MaskSource.ONE_PLANE : MaskSource.MANY_PLANES;
        };
    }
}
