package org.pernodedrop.backend.cuda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.kernels.cuda.ConnectionPass;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.MaskSource;
import org.pernodedrop.kernels.cuda.MultiPositionPlan;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.MaskSpec;

/**
 * The products of a PerNodeDrop layer whose positions share a sample's mask, on tensor cores; launched by plan. Operands
 * that do not lie as the kernels take them are copied into the workspace first.
 */
final class SequenceOperations extends Operations {
    private static final int ALIGNMENT = 16;
    private static final int MOST_PLANS = 256;

    private final int multiprocessors;
    private final int sharedLimit;
    private final MultiPositionPrecision precision;
    private final Map<ConnectionPass, Map<MaskSource, Map<MultiPositionPlan.Tile, Kernel>>> kernels =
            new EnumMap<>(ConnectionPass.class);
    private final Kernel weightSum;
    private final Kernel pad;
    private final Kernel pairColumns;
    private final Kernel pairRows;
    private final Map<Planned, MultiPositionPlan> plans = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Planned, MultiPositionPlan> eldest) {
            return size() > MOST_PLANS;
        }
    };

    private record Planned(ConnectionPass pass, ConnectionShape shape, boolean aligned) {}

    /** Where the operands and the parts' sums of a launch lie. */
    private record Places(long first, long second, long partials) {}

    SequenceOperations(OperationParts parts, DeviceFacts facts, MultiPositionPrecision precision) {
        super(parts);
        this.multiprocessors = facts.multiprocessors();
        this.sharedLimit = facts.sharedLimit();
        this.precision = precision;
        CudaKernels modules = parts.kernels();
        for (ConnectionPass pass : ConnectionPass.values()) {
            Map<MaskSource, Map<MultiPositionPlan.Tile, Kernel>> ofPass = new EnumMap<>(MaskSource.class);
            for (MaskSource source : MaskSource.MULTI_POSITION) {
                Map<MultiPositionPlan.Tile, Kernel> ofSource = new EnumMap<>(MultiPositionPlan.Tile.class);
                for (MultiPositionPlan.Tile tile : MultiPositionPlan.Tile.values()) {
                    ofSource.put(tile, modules.kernel(source.kernel(pass, this.precision, tile)));
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

    String describe() {
        return "sequences in " + precision.name().toLowerCase(Locale.ROOT);
    }

    /** {@code z[b, t, u] = sum_i x[b, t, i] w[i, u] m[first + b, i, u] + bias[u]}, {@code y = act(z)}. */
    void forward(
            CudaMask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            CudaFloats x,
            CudaFloats w,
            CudaFloats bias,
            CudaFloats z,
            CudaFloats y) {
        ConnectionPass pass = ConnectionPass.FORWARD;
        MultiPositionPlan plan = plan(pass, shape, x, w);
        Places places = places(plan, x, w);
        makeOperand(plan.firstWords(), true, shape.samples(), shape.positions(), shape.inputs(), x, places.first());
        makeOperand(plan.secondWords(), false, 1, shape.inputs(), shape.outputs(), w, places.second());
        begin(pass, plan, mask, firstSample)
                .int32(shape.positions())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(places.first())
                .pointer(places.second())
                .pointer(bias)
                .int32(activation.code())
                .pointer(z)
                .pointer(y)
                .launch(grid(plan));
    }

    /** {@code dx[b, t, i] = sum_u dz[b, t, u] w[i, u] m[first + b, i, u]}. */
    void backwardInput(
            CudaMask mask, int firstSample, ConnectionShape shape, CudaFloats dz, CudaFloats w, CudaFloats dx) {
        ConnectionPass pass = ConnectionPass.BACKWARD_INPUT;
        MultiPositionPlan plan = plan(pass, shape, dz, w);
        Places places = places(plan, dz, w);
        makeOperand(plan.firstWords(), true, shape.samples(), shape.positions(), shape.outputs(), dz, places.first());
        makeOperand(plan.secondWords(), true, 1, shape.inputs(), shape.outputs(), w, places.second());
        begin(pass, plan, mask, firstSample)
                .int32(shape.positions())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(places.first())
                .pointer(places.second())
                .pointer(dx)
                .launch(grid(plan));
    }

    /** {@code dw[i, u] = sum_b m[first + b, i, u] sum_t x[b, t, i] dz[b, t, u]}. */
    void backwardWeight(
            CudaMask mask, int firstSample, ConnectionShape shape, CudaFloats x, CudaFloats dz, CudaFloats dw) {
        ConnectionPass pass = ConnectionPass.BACKWARD_WEIGHT;
        MultiPositionPlan plan = plan(pass, shape, x, dz);
        Places places = places(plan, x, dz);
        makeOperand(plan.firstWords(), false, shape.samples(), shape.positions(), shape.inputs(), x, places.first());
        makeOperand(
                plan.secondWords(), false, shape.samples(), shape.positions(), shape.outputs(), dz, places.second());
        begin(pass, plan, mask, firstSample)
                .int32(shape.samples())
                .int32(shape.positions())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(places.first())
                .pointer(places.second())
                .pointer(dw)
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
                    .float32(mask.scale())
                    .pointer(dw)
                    .pointer(0)
                    .launch(shapes.elements(shape.weightSize()));
        }
    }

    private MultiPositionPlan plan(ConnectionPass pass, ConnectionShape shape, CudaFloats first, CudaFloats second) {
        return plan(pass, shape, (first.address | second.address) % ALIGNMENT == 0);
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

    /** Bytes of scratch that a pass takes at most, wherever its operands lie. */
    long scratchBytes(ConnectionShape shape) {
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

    /** Loads all kernels that the passes may need. */
    void load(MaskSpec spec) {
        kernels.values().forEach(ofPass -> ofPass.get(source(spec)).values().forEach(Kernel::function));
        for (Kernel kernel : new Kernel[] {weightSum, pad, pairColumns, pairRows}) {
            kernel.function();
        }
    }

    // Operands are multiples of four words, so each begins at a multiple of 16 bytes.
    private Places places(MultiPositionPlan plan, CudaFloats first, CudaFloats second) {
        long words = words(plan);
        long start = words == 0 ? 0 : scratch.reserve(words * Integer.BYTES);
        long secondStart = start + plan.firstWords() * Integer.BYTES;
        return new Places(
                plan.firstWords() == 0 ? first.address : start,
                plan.secondWords() == 0 ? second.address : secondStart,
                plan.partials() == 0 ? 0 : secondStart + plan.secondWords() * Integer.BYTES);
    }

    /** Copies {@code from [planes, rows, columns]}: pairs of bf16 along the columns or across them, or padded floats. */
    private void makeOperand(long words, boolean along, int planes, int rows, int columns, CudaFloats from, long to) {
        if (words == 0) {
            return;
        }
        Grid grid = shapes.elements(words / (ALIGNMENT / Integer.BYTES));
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

    // What all passes begin with.
    private KernelLauncher begin(ConnectionPass pass, MultiPositionPlan plan, CudaMask mask, int firstSample) {
        DropRate rate = mask.spec().rate();
        return launcher.of(kernels.get(pass).get(source(mask.spec())).get(plan.tile()))
                .pointer(mask.state().address())
                .int32(mask.layer())
                .int32(firstSample)
                .int32(rate.planes())
                .int32(rate.threshold())
                .float32(mask.scale())
                .float32(rate.sigma());
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
