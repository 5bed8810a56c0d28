package org.pernodedrop.kernels.cuda;

import static org.pernodedrop.kernels.cuda.ConnectionPlan.ceilDivide;

import java.util.EnumMap;
import java.util.LinkedHashMap;
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
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Launches the products of a PerNodeDrop layer, with masks on every connection that the kernels draw themselves, on addresses
 * of the GPU's memory. Arguments are trusted. Plans depend on the layer's sizes, the operands' alignment and the GPU alone,
 * so results are the same bits every time on the same kind of GPU.
 *
 * <p>A workspace, where one is passed, gives the address of as many bytes as it is asked for, a multiple of 16; every call
 * asks for at most {@link #workspaceBytes}, one use at a time.
 */
public final class MaskedProductLauncher {
    static final int ALIGNMENT = 16;
    private static final int MAX_PLANS = 256;
    private static final int PACK_BLOCK = 128;

    private final KernelModules modules;
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final DeviceProperties device;
    private final Precision precision;
    private final MultiPositionLauncher multiPosition;
    private final ColumnSumsLauncher columnSums;
    private final Map<ConnectionPass, Kernel> sums = new EnumMap<>(ConnectionPass.class);
    private final Kernel pack;
    private final Kernel round;
    private final Map<Product, Planned> plans = planCache();

    private record Product(
            ConnectionPass pass, MaskSource source, Precision precision, ConnectionShape shape, boolean aligned) {}

    private record Planned(ConnectionPlan plan, Kernel kernel) {
        Grid grid() {
            return Grid.of(plan.tiles(), plan.splits(), 1);
        }
    }

    /** A planned product, where its kernel reads its factors, and where its partial sums go. */
    private record Prepared(Planned planned, long first, long second, long partials) {}

    /** @param precision of the factors */
    public MaskedProductLauncher(
            KernelModules modules, KernelLauncher launcher, DeviceProperties device, Precision precision) {
        this.modules = modules;
        this.launcher = launcher;
        this.device = device;
        this.precision = precision;
        shapes = new LaunchShapes(device.multiprocessors());
        multiPosition = new MultiPositionLauncher(modules, launcher, device, precision);
        columnSums = new ColumnSumsLauncher(modules, launcher, shapes);
        pack = modules.kernel(PtxModule.MASK_PACKING, "mask_pack");
        round = modules.kernel(PtxModule.OPERANDS, "round_bf16");
        for (ConnectionPass pass : ConnectionPass.values()) {
            sums.put(pass, modules.kernel(pass.sumKernel()));
        }
    }

    /** Keeps the plans used last: making one takes hundreds of trials. */
    static <K, V> Map<K, V> planCache() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MAX_PLANS;
            }
        };
    }

    /** {@code z = x (w m) + bias}, {@code y = act(z)}; y null, or z if the activation is linear, where only z is wanted. */
    public void forward(
            MaskDraw<DeviceMask, ? extends DeviceAddress> draw,
            ForwardPass<? extends DeviceAddress> operands,
            LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        if (shape.positions() > 1) {
            multiPosition.forward(draw, operands, workspace);
            return;
        }
        boolean aligned = aligned(operands.x(), operands.w(), operands.bias(), operands.z(), operands.y());
        MaskSpec spec = draw.mask().spec();
        Planned planned = plan(ConnectionPass.FORWARD, spec, false, shape, aligned);
        if (draw.packed() != null && planned.plan().tile().onTensorCores()) {
            // These kernels only read packed bits.
            pack(draw);
            planned = plan(ConnectionPass.FORWARD, spec, true, shape, aligned);
        }
        Prepared prepared =
                prepare(planned, operands.x(), shape.inputSize(), operands.w(), shape.weightSize(), workspace);
        ConnectionPlan plan = planned.plan();
        long partials = prepared.partials();
        begin(prepared, draw)
                .pointer(operands.bias())
                .int32(operands.activation().code())
                .pointer(operands.z(), operands.y(), draw.packed())
                .pointer(partials)
                .int32(plan.splitLength())
                .launch(planned.grid());
        if (plan.splits() > 1) {
            launcher.of(sums.get(ConnectionPass.FORWARD))
                    .pointer(partials)
                    .int32(plan.splits(), shape.samples(), shape.outputs())
                    .float32(draw.mask().scale())
                    .pointer(operands.bias())
                    .int32(operands.activation().code())
                    .pointer(operands.z(), operands.y())
                    .launch(shapes.elements(shape.outputSize()));
        }
    }

    /**
     * The gradients that are not null: {@code dx[b, i] = sum_u dz[b, u] w[i, u] m[b, i, u]}, {@code dw[i, u] = sum_b dz[b, u]
     * x[b, i] m[b, i, u]}, {@code db[u] = sum_b dz[b, u]}. With one position a sample, db comes from the kernel that makes dw,
     * where that is wanted and reads dz itself: db is a sum of unrounded numbers.
     */
    public void backward(
            MaskDraw<DeviceMask, ? extends DeviceAddress> draw,
            BackwardPass<? extends DeviceAddress> operands,
            LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        boolean one = shape.positions() == 1;
        boolean biasDone = operands.db() == null;
        if (operands.dw() != null) {
            if (one) {
                biasDone |= backwardWeight(draw, operands, workspace);
            } else {
                multiPosition.backwardWeight(draw, operands, workspace);
            }
        }
        if (operands.dx() != null) {
            if (one) {
                backwardInput(draw, operands, workspace);
            } else {
                multiPosition.backwardInput(draw, operands, workspace);
            }
        }
        if (!biasDone) {
            columnSums.launch(shape.rows(), shape.outputs(), operands.dz(), operands.db(), workspace);
        }
    }

    private void backwardInput(
            MaskDraw<DeviceMask, ? extends DeviceAddress> draw,
            BackwardPass<? extends DeviceAddress> operands,
            LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        boolean aligned = aligned(operands.dz(), operands.w(), operands.dx());
        Planned planned = planBackward(ConnectionPass.BACKWARD_INPUT, draw, aligned);
        Prepared prepared =
                prepare(planned, operands.dz(), shape.outputSize(), operands.w(), shape.weightSize(), workspace);
        ConnectionPlan plan = planned.plan();
        long partials = prepared.partials();
        begin(prepared, draw)
                .pointer(operands.dx(), draw.packed())
                .pointer(partials)
                .int32(plan.splitLength())
                .launch(planned.grid());
        if (plan.splits() > 1) {
            launcher.of(sums.get(ConnectionPass.BACKWARD_INPUT))
                    .pointer(partials)
                    .int32(plan.splits(), shape.samples(), shape.inputs())
                    .float32(draw.mask().scale())
                    .pointer(operands.dx())
                    .launch(shapes.elements(shape.inputSize()));
        }
    }

    /** Returns whether db was made, too. */
    private boolean backwardWeight(
            MaskDraw<DeviceMask, ? extends DeviceAddress> draw,
            BackwardPass<? extends DeviceAddress> operands,
            LongUnaryOperator workspace) {
        ConnectionShape shape = draw.shape();
        boolean aligned = aligned(operands.x(), operands.dz(), operands.dw());
        Planned planned = planBackward(ConnectionPass.BACKWARD_WEIGHT, draw, aligned);
        Prepared prepared =
                prepare(planned, operands.x(), shape.inputSize(), operands.dz(), shape.outputSize(), workspace);
        ConnectionPlan plan = planned.plan();
        DeviceAddress db = plan.readsCopies() ? null : operands.db();
        long partials = prepared.partials();
        long biasPartialsAt = db == null || partials == 0 ? 0 : partials + Float.BYTES * plan.partials();
        begin(prepared, draw)
                .pointer(operands.dw(), db, draw.packed())
                .pointer(partials)
                .pointer(biasPartialsAt)
                .int32(plan.splitLength())
                .launch(planned.grid());
        if (plan.splits() > 1) {
            launcher.of(sums.get(ConnectionPass.BACKWARD_WEIGHT))
                    .pointer(partials)
                    .pointer(biasPartialsAt)
                    .int32(plan.splits(), shape.inputs(), shape.outputs())
                    .float32(draw.mask().scale())
                    .pointer(operands.dw(), db)
                    .launch(shapes.elements(shape.weightSize()));
        }
        return db != null;
    }

    // The arguments that all passes begin with.
    private KernelLauncher begin(Prepared prepared, MaskDraw<DeviceMask, ?> draw) {
        ConnectionShape shape = draw.shape();
        return begin(launcher.of(prepared.planned().kernel()), draw)
                .int32(shape.samples(), shape.inputs(), shape.outputs())
                .pointer(prepared.first())
                .pointer(prepared.second());
    }

    /** Sets the arguments that describe the mask. */
    static KernelLauncher begin(KernelLauncher launch, MaskDraw<DeviceMask, ?> draw) {
        DropRate rate = draw.mask().spec().rate();
        return launch.pointer(draw.mask().state())
                .int32(draw.mask().layer(), draw.firstSample(), rate.planes(), rate.threshold())
                .float32(draw.mask().scale())
                .float32(rate.sigma());
    }

    private Planned planBackward(ConnectionPass pass, MaskDraw<DeviceMask, ?> draw, boolean aligned) {
        return plan(pass, draw.mask().spec(), draw.packed() != null, draw.shape(), aligned);
    }

    /** @param packed whether the kernel reads packed bits; else it draws */
    private Planned plan(ConnectionPass pass, MaskSpec spec, boolean packed, ConnectionShape shape, boolean aligned) {
        MaskSource source = packed ? MaskSource.PACKED : MaskSource.of(spec);
        return plans.computeIfAbsent(new Product(pass, source, precision(spec), shape, aligned), key -> {
            ConnectionPlan plan = ConnectionPlan.of(pass, source, shape, aligned, key.precision(), device);
            return new Planned(plan, modules.kernel(source.kernel(pass, plan.tile())));
        });
    }

    /** Two terms pay where masks take several planes: others keep all bits, drawn and packed alike. */
    private Precision precision(MaskSpec spec) {
        return precision == Precision.BF16X2 && MaskSource.of(spec) != MaskSource.MANY_PLANES
                ? Precision.FP32
                : precision;
    }

    /** Whether all memory that there is lies at multiples of 16 bytes. */
    static boolean aligned(DeviceAddress... memory) {
        long addresses = 0;
        for (DeviceAddress each : memory) {
            addresses |= each == null ? 0 : each.address();
        }
        return addresses % ALIGNMENT == 0;
    }

    /** Brings the factors, of so many floats, into the form that the plan's kernel reads. */
    private Prepared prepare(
            Planned planned,
            DeviceAddress first,
            long firstSize,
            DeviceAddress second,
            long secondSize,
            LongUnaryOperator workspace) {
        ConnectionPlan plan = planned.plan();
        long floats = plan.workspaceFloats();
        long firstAt = floats == 0 ? 0 : workspace.applyAsLong(Float.BYTES * floats);
        long secondAt = firstAt + Float.BYTES * plan.firstFloats();
        long partials = plan.splits() > 1 ? secondAt + Float.BYTES * plan.secondFloats() : 0;
        if (!plan.readsCopies()) {
            return new Prepared(planned, first.address(), second.address(), partials);
        }
        round(first, firstSize, firstAt);
        round(second, secondSize, secondAt);
        return new Prepared(planned, firstAt, secondAt, partials);
    }

    private void round(DeviceAddress from, long count, long to) {
        launcher.of(round).int64(count).pointer(from).pointer(to).launch(shapes.elements(count));
    }

    /** Bytes of workspace that the passes of a layer take at most, wherever their operands lie; may be 0. */
    public long workspaceBytes(MaskSpec spec, ConnectionShape shape) {
        long most = columnSums.workspaceBytes(shape.rows(), shape.outputs());
        if (shape.positions() > 1) {
            return Math.max(most, multiPosition.workspaceBytes(shape));
        }
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (boolean packed : new boolean[] {false, true}) {
                for (boolean aligned : new boolean[] {false, true}) {
                    ConnectionPlan plan =
                            plan(pass, spec, packed, shape, aligned).plan();
                    most = Math.max(most, Float.BYTES * plan.workspaceFloats());
                }
            }
        }
        return most;
    }

    /** Loads all kernels that the passes of a layer may need, as must be done before a capture. */
    public void load(MaskSpec spec, ConnectionShape shape) {
        columnSums.load();
        pack.function();
        if (precision == Precision.BF16) {
            round.function();
        }
        if (shape.positions() > 1) {
            multiPosition.load(spec);
            return;
        }
        for (ConnectionPass pass : ConnectionPass.values()) {
            load(pass, MaskSource.of(spec), precision(spec));
            if (spec.noise() == Noise.BERNOULLI) {
                load(pass, MaskSource.PACKED, precision(spec));
            }
            sums.get(pass).function();
        }
    }

    private void load(ConnectionPass pass, MaskSource source, Precision precision) {
        source.tiles(precision, device)
                .forEach(tile -> modules.kernel(source.kernel(pass, tile)).function());
    }

    /** Writes the kept bits of a Bernoulli mask to the draw's packed bits, as {@link #forward} does. */
    void pack(MaskDraw<DeviceMask, ? extends DeviceAddress> draw) {
        ConnectionShape shape = draw.shape();
        DropRate rate = draw.mask().spec().rate();
        // A thread draws 4 samples of 4 inputs and 32 outputs at a time.
        long tasks = ceilDivide(shape.samples(), 4) * ceilDivide(shape.inputs(), 4) * ceilDivide(shape.outputs(), 32);
        launcher.of(pack)
                .pointer(draw.mask().state())
                .int32(draw.mask().layer(), draw.firstSample(), rate.planes(), rate.threshold(), shape.samples())
                .int32(shape.inputs(), shape.outputs())
                .pointer(draw.packed())
                .launch(Grid.of(Math.min(ceilDivide(tasks, PACK_BLOCK), 16L * device.multiprocessors()), 1, 1));
    }
}
