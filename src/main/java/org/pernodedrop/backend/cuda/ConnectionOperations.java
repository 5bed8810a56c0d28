package org.pernodedrop.backend.cuda;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.ConnectionPassKernels;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.cuda.kernel.ConnectionPass;
import org.pernodedrop.backend.cuda.kernel.ConnectionPlan;
import org.pernodedrop.backend.cuda.kernel.ConnectionSource;
import org.pernodedrop.backend.cuda.kernel.ConnectionTile;
import org.pernodedrop.backend.cuda.kernel.Grid;
import org.pernodedrop.backend.cuda.kernel.PtxModule;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.MaskSpec;

/** The products of a PerNodeDrop layer with masks on every connection, drawn in the kernels; launched by plan. */
final class ConnectionOperations extends Operations implements ConnectionPassKernels {
    private static final Set<ConnectionSource> DRAWN =
            EnumSet.complementOf(EnumSet.of(ConnectionSource.PACKED, ConnectionSource.UNMASKED));
    private static final int ALIGNMENT = 16;
    private static final int MOST_PLANS = 256;

    private final int multiprocessors;
    private final Map<ConnectionPass, Map<ConnectionSource, Map<ConnectionTile, Kernel>>> kernels =
            new EnumMap<>(ConnectionPass.class);
    private final Map<ConnectionPass, Kernel> sums = new EnumMap<>(ConnectionPass.class);
    // A plan takes hundreds of trials.
    private final Map<Planned, ConnectionPlan> plans = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Planned, ConnectionPlan> eldest) {
            return size() > MOST_PLANS;
        }
    };

    private record Planned(
            ConnectionPass pass, ConnectionSource source, int samples, int inputs, int outputs, boolean aligned) {}

    ConnectionOperations(OperationParts parts, int multiprocessors) {
        super(parts);
        CudaKernels modules = parts.kernels();
        this.multiprocessors = multiprocessors;
        for (ConnectionPass pass : ConnectionPass.values()) {
            Map<ConnectionSource, Map<ConnectionTile, Kernel>> ofPass = new EnumMap<>(ConnectionSource.class);
            for (ConnectionSource source : DRAWN) {
                Map<ConnectionTile, Kernel> ofSource = new EnumMap<>(ConnectionTile.class);
                for (ConnectionTile tile : ConnectionTile.of(source)) {
                    ofSource.put(tile, modules.kernel(source.module(), source.kernelName(pass, tile)));
                }
                ofPass.put(source, ofSource);
            }
            kernels.put(pass, ofPass);
            sums.put(pass, modules.kernel(PtxModule.CONNECTION_SUMS, pass.sumKernelName()));
        }
    }

    @Override
    public void forward(
            LayerMask mask,
            int firstSample,
            Activation activation,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        queue.enter();
        CudaMask drawn = own(mask);
        CudaFloats ownX = floats(x);
        CudaFloats ownW = floats(w);
        CudaFloats ownBias = floats(bias);
        CudaFloats ownZ = floats(z);
        CudaFloats ownY = floats(y);
        ConnectionPass pass = ConnectionPass.FORWARD;
        ConnectionPlan plan = plan(pass, drawn, samples, inputs, outputs, ownX, ownW, ownBias, ownZ, ownY);
        long partials = partials(plan);
        begin(pass, plan, drawn, firstSample, samples, inputs, outputs)
                .pointer(ownX)
                .pointer(ownW)
                .pointer(ownBias)
                .int32(activation.ordinal())
                .pointer(ownZ)
                .pointer(ownY)
                .pointer(0)
                .pointer(partials)
                .int32(plan.stretch())
                .launch(grid(plan));
        if (plan.stretches() > 1) {
            launcher.of(sums.get(pass))
                    .pointer(partials)
                    .int32(plan.stretches())
                    .int32(samples)
                    .int32(outputs)
                    .float32(scale(drawn))
                    .pointer(ownBias)
                    .int32(activation.ordinal())
                    .pointer(ownZ)
                    .pointer(ownY)
                    .launch(shapes.elements((long) samples * outputs));
        }
    }

    @Override
    public void backward(
            LayerMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw) {
        queue.enter();
        CudaMask drawn = own(mask);
        CudaFloats weights = floats(w);
        CudaFloats gradient = floats(dz);
        CudaFloats inputGradient = floats(dx);
        backwardWeight(drawn, firstSample, samples, inputs, outputs, floats(x), gradient, floats(dw));
        if (inputGradient != null) {
            backwardInput(drawn, firstSample, samples, inputs, outputs, gradient, weights, inputGradient);
        }
    }

    /** {@code dx[b, i] = sum_u dz[b, u] w[i, u] m[first + b, i, u]}. */
    private void backwardInput(
            CudaMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            CudaFloats dz,
            CudaFloats w,
            CudaFloats dx) {
        ConnectionPass pass = ConnectionPass.BACKWARD_INPUT;
        ConnectionPlan plan = plan(pass, mask, samples, inputs, outputs, dz, w, dx);
        long partials = partials(plan);
        begin(pass, plan, mask, firstSample, samples, inputs, outputs)
                .pointer(dz)
                .pointer(w)
                .int32(Activation.LINEAR.ordinal())
                .pointer(0)
                .pointer(0)
                .pointer(dx)
                .pointer(0)
                .pointer(partials)
                .int32(plan.stretch())
                .launch(grid(plan));
        if (plan.stretches() > 1) {
            launcher.of(sums.get(pass))
                    .pointer(partials)
                    .int32(plan.stretches())
                    .int32(samples)
                    .int32(inputs)
                    .float32(scale(mask))
                    .int32(Activation.LINEAR.ordinal())
                    .pointer(0)
                    .pointer(0)
                    .pointer(dx)
                    .launch(shapes.elements((long) samples * inputs));
        }
    }

    /** {@code dw[i, u] = sum_b dz[b, u] x[b, i] m[first + b, i, u]}. */
    private void backwardWeight(
            CudaMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            CudaFloats x,
            CudaFloats dz,
            CudaFloats dw) {
        ConnectionPass pass = ConnectionPass.BACKWARD_WEIGHT;
        ConnectionPlan plan = plan(pass, mask, samples, inputs, outputs, x, dz, dw);
        long partials = partials(plan);
        begin(pass, plan, mask, firstSample, samples, inputs, outputs)
                .pointer(x)
                .pointer(dz)
                .pointer(dw)
                .pointer(0)
                .pointer(0)
                .pointer(partials)
                .pointer(0)
                .int32(plan.stretch())
                .launch(grid(plan));
        if (plan.stretches() > 1) {
            launcher.of(sums.get(pass))
                    .pointer(partials)
                    .pointer(0)
                    .int32(plan.stretches())
                    .int32(inputs)
                    .int32(outputs)
                    .float32(scale(mask))
                    .pointer(dw)
                    .pointer(0)
                    .launch(shapes.elements((long) inputs * outputs));
        }
    }

    // What all passes begin with.
    private KernelLauncher begin(
            ConnectionPass pass,
            ConnectionPlan plan,
            CudaMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs) {
        DropRate rate = mask.spec().rate();
        return launcher.of(kernels.get(pass).get(source(mask.spec())).get(plan.tile()))
                .pointer(mask.state().address())
                .int32(mask.layer())
                .int32(firstSample)
                .int32(rate.planes())
                .int32(rate.threshold())
                .float32(scale(mask))
                .float32(rate.sigma())
                .int32(samples)
                .int32(inputs)
                .int32(outputs);
    }

    private ConnectionPlan plan(
            ConnectionPass pass, CudaMask mask, int samples, int inputs, int outputs, CudaFloats... buffers) {
        long addresses = 0;
        for (CudaFloats buffer : buffers) {
            addresses |= buffer == null ? 0 : buffer.address;
        }
        Planned planned = new Planned(pass, source(mask.spec()), samples, inputs, outputs, addresses % ALIGNMENT == 0);
        return plans.computeIfAbsent(
                planned,
                key -> ConnectionPlan.of(
                        key.pass(),
                        key.source(),
                        key.samples(),
                        key.inputs(),
                        key.outputs(),
                        key.aligned(),
                        multiprocessors));
    }

    private long partials(ConnectionPlan plan) {
        return plan.stretches() > 1 ? scratch.reserve(Float.BYTES * plan.partials()) : 0;
    }

    private static Grid grid(ConnectionPlan plan) {
        return Grid.of(plan.tiles(), plan.stretches(), 1);
    }

    static ConnectionSource source(MaskSpec spec) {
        return switch (spec.noise()) {
            case GAUSSIAN -> ConnectionSource.GAUSSIAN;
            case PARTIAL_GAUSSIAN -> ConnectionSource.PARTIAL_GAUSSIAN;
            case BERNOULLI ->
                switch (spec.rate().planes()) {
                    case 1 -> ConnectionSource.ONE_PLANE;
                    case 2 -> ConnectionSource.TWO_PLANES;
                    default -> ConnectionSource.MANY_PLANES;
                };
        };
    }

    // Only bits cut, and only what they cut is made up for.
    private static float scale(CudaMask mask) {
        return mask.spec().noise().usesNormals() ? 1 : mask.spec().rate().scale();
    }
}
