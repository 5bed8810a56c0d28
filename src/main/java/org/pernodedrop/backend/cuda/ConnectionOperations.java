package org.pernodedrop.backend.cuda;

import java.util.EnumMap;
import java.util.Map;
import org.pernodedrop.backend.ConnectionPassKernels;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.cuda.ConnectionPass;
import org.pernodedrop.kernels.cuda.ConnectionPlan;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.MaskSource;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** The products of a PerNodeDrop layer with masks on every connection, drawn in the kernels; launched by plan. */
final class ConnectionOperations extends Operations implements ConnectionPassKernels {
    private static final int ALIGNMENT = 16;

    private final ConnectionPlans plans;
    private final SequenceOperations sequences;
    private final Map<ConnectionPass, Map<MaskSource, Map<ConnectionPlan.Tile, Kernel>>> kernels =
            new EnumMap<>(ConnectionPass.class);
    private final Map<ConnectionPass, Kernel> sums = new EnumMap<>(ConnectionPass.class);

    ConnectionOperations(OperationParts parts, int multiprocessors, SequenceOperations sequences) {
        super(parts);
        CudaKernels modules = parts.kernels();
        plans = new ConnectionPlans(multiprocessors);
        this.sequences = sequences;
        for (ConnectionPass pass : ConnectionPass.values()) {
            Map<MaskSource, Map<ConnectionPlan.Tile, Kernel>> ofPass = new EnumMap<>(MaskSource.class);
            for (MaskSource source : MaskSource.values()) {
                Map<ConnectionPlan.Tile, Kernel> ofSource = new EnumMap<>(ConnectionPlan.Tile.class);
                for (ConnectionPlan.Tile tile : source.tiles()) {
                    ofSource.put(tile, modules.kernel(source.kernel(pass, tile)));
                }
                ofPass.put(source, ofSource);
            }
            kernels.put(pass, ofPass);
            sums.put(pass, modules.kernel(pass.sumKernel()));
        }
    }

    @Override
    public void forward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y,
            DeviceInts packed) {
        queue.enter();
        CudaMask drawn = own(mask);
        CudaFloats ownX = floats(x);
        CudaFloats ownW = floats(w);
        CudaFloats ownBias = floats(bias);
        CudaFloats ownZ = floats(z);
        CudaFloats ownY = floats(y);
        ConnectionPass pass = ConnectionPass.FORWARD;
        if (shape.positions() > 1) {
            sequences.forward(drawn, firstSample, shape, activation, ownX, ownW, ownBias, ownZ, ownY);
            return;
        }
        CudaInts words = ints(packed);
        MaskSource source = source(mask.spec());
        ConnectionPlan plan = plan(pass, source, shape, ownX, ownW, ownBias, ownZ, ownY);
        long partials = partials(plan);
        begin(pass, source, plan, drawn, firstSample, shape)
                .pointer(ownX)
                .pointer(ownW)
                .pointer(ownBias)
                .int32(activation.code())
                .pointer(ownZ)
                .pointer(ownY)
                .pointer(aligned(words))
                .pointer(partials)
                .int32(plan.splitLength())
                .launch(grid(plan));
        if (plan.splits() > 1) {
            launcher.of(sums.get(pass))
                    .pointer(partials)
                    .int32(plan.splits())
                    .int32(shape.samples())
                    .int32(shape.outputs())
                    .float32(drawn.scale())
                    .pointer(ownBias)
                    .int32(activation.code())
                    .pointer(ownZ)
                    .pointer(ownY)
                    .launch(shapes.elements(shape.outputSize()));
        }
    }

    @Override
    public void backward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw,
            DeviceInts packed) {
        queue.enter();
        CudaMask drawn = own(mask);
        CudaFloats weights = floats(w);
        CudaFloats gradient = floats(dz);
        CudaFloats inputGradient = floats(dx);
        CudaFloats weightGradient = floats(dw);
        if (shape.positions() > 1) {
            if (weightGradient != null) {
                sequences.backwardWeight(drawn, firstSample, shape, floats(x), gradient, weightGradient);
            }
            if (inputGradient != null) {
                sequences.backwardInput(drawn, firstSample, shape, gradient, weights, inputGradient);
            }
            return;
        }
        CudaInts words = ints(packed);
        if (weightGradient != null) {
            backwardWeight(drawn, firstSample, shape, floats(x), gradient, weightGradient, words);
        }
        if (inputGradient != null) {
            backwardInput(drawn, firstSample, shape, gradient, weights, inputGradient, words);
        }
    }

    /** {@code dx[b, i] = sum_u dz[b, u] w[i, u] m[first + b, i, u]}. */
    private void backwardInput(
            CudaMask mask,
            int firstSample,
            ConnectionShape shape,
            CudaFloats dz,
            CudaFloats w,
            CudaFloats dx,
            CudaInts packed) {
        ConnectionPass pass = ConnectionPass.BACKWARD_INPUT;
        MaskSource source = packed == null ? source(mask.spec()) : MaskSource.PACKED;
        ConnectionPlan plan = plan(pass, source, shape, dz, w, dx);
        long partials = partials(plan);
        begin(pass, source, plan, mask, firstSample, shape)
                .pointer(dz)
                .pointer(w)
                .pointer(dx)
                .pointer(aligned(packed))
                .pointer(partials)
                .int32(plan.splitLength())
                .launch(grid(plan));
        if (plan.splits() > 1) {
            launcher.of(sums.get(pass))
                    .pointer(partials)
                    .int32(plan.splits())
                    .int32(shape.samples())
                    .int32(shape.inputs())
                    .float32(mask.scale())
                    .pointer(dx)
                    .launch(shapes.elements(shape.inputSize()));
        }
    }

    /** {@code dw[i, u] = sum_b dz[b, u] x[b, i] m[first + b, i, u]}. */
    private void backwardWeight(
            CudaMask mask,
            int firstSample,
            ConnectionShape shape,
            CudaFloats x,
            CudaFloats dz,
            CudaFloats dw,
            CudaInts packed) {
        ConnectionPass pass = ConnectionPass.BACKWARD_WEIGHT;
        MaskSource source = packed == null ? source(mask.spec()) : MaskSource.PACKED;
        ConnectionPlan plan = plan(pass, source, shape, x, dz, dw);
        long partials = partials(plan);
        begin(pass, source, plan, mask, firstSample, shape)
                .pointer(x)
                .pointer(dz)
                .pointer(dw)
                .pointer(0)
                .pointer(aligned(packed))
                .pointer(partials)
                .pointer(0)
                .int32(plan.splitLength())
                .launch(grid(plan));
        if (plan.splits() > 1) {
            launcher.of(sums.get(pass))
                    .pointer(partials)
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

    // What all passes begin with.
    private KernelLauncher begin(
            ConnectionPass pass,
            MaskSource source,
            ConnectionPlan plan,
            CudaMask mask,
            int firstSample,
            ConnectionShape shape) {
        DropRate rate = mask.spec().rate();
        return launcher.of(kernels.get(pass).get(source).get(plan.tile()))
                .pointer(mask.state().address())
                .int32(mask.layer())
                .int32(firstSample)
                .int32(rate.planes())
                .int32(rate.threshold())
                .float32(mask.scale())
                .float32(rate.sigma())
                .int32(shape.samples())
                .int32(shape.inputs())
                .int32(shape.outputs());
    }

    private ConnectionPlan plan(ConnectionPass pass, MaskSource source, ConnectionShape shape, CudaFloats... buffers) {
        long addresses = 0;
        for (CudaFloats buffer : buffers) {
            addresses |= buffer == null ? 0 : buffer.address;
        }
        return plans.of(pass, source, shape, addresses % ALIGNMENT == 0);
    }

    /** Bytes of scratch that the passes of a layer take at most, wherever its operands lie. */
    long scratchBytes(MaskSpec spec, ConnectionShape shape) {
        if (shape.positions() > 1) {
            return sequences.scratchBytes(shape);
        }
        return Float.BYTES
                * Math.max(plans.mostPartials(source(spec), shape), plans.mostPartials(MaskSource.PACKED, shape));
    }

    /** Loads all kernels that the passes of a layer may need, as must be done before a capture. */
    void load(MaskSpec spec, ConnectionShape shape) {
        if (shape.positions() > 1) {
            sequences.load(spec);
            return;
        }
        for (ConnectionPass pass : ConnectionPass.values()) {
            kernels.get(pass).get(source(spec)).values().forEach(Kernel::function);
            if (spec.noise() == Noise.BERNOULLI) {
                kernels.get(pass).get(MaskSource.PACKED).values().forEach(Kernel::function);
            }
            sums.get(pass).function();
        }
    }

    private long partials(ConnectionPlan plan) {
        return plan.splits() > 1 ? scratch.reserve(Float.BYTES * plan.partials()) : 0;
    }

    @Override
    public long packedLength(ConnectionShape shape) {
        return ConnectionPlan.packedWords(shape.samples(), shape.inputs(), shape.outputs())
                + ALIGNMENT / Integer.BYTES
                - 1;
    }

    // Four words are moved at a time; a slice may begin anywhere, and there is room for the way to the next multiple.
    private static long aligned(CudaInts packed) {
        return packed == null ? 0 : (packed.address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static Grid grid(ConnectionPlan plan) {
        return Grid.of(plan.tiles(), plan.splits(), 1);
    }

    static MaskSource source(MaskSpec spec) {
        if (spec.isIdentity()) {
            return MaskSource.UNMASKED;
        }
        return switch (spec.noise()) {
            case GAUSSIAN -> MaskSource.GAUSSIAN;
            case PARTIAL_GAUSSIAN -> MaskSource.PARTIAL_GAUSSIAN;
            case BERNOULLI ->
                switch (spec.rate().planes()) {
                    case 1 -> MaskSource.ONE_PLANE;
                    case 2 -> MaskSource.TWO_PLANES;
                    default -> MaskSource.MANY_PLANES;
                };
        };
    }
}
