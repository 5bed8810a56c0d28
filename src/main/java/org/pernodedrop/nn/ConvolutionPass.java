package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.strategy.ProductStrategy;

/**
 * A convolution at work: windows are unfolded to rows, which a product for dense layers takes as the positions of a
 * sample. As rows take many times the room of the images, a batch goes through in chunks of samples, whose number depends
 * on the sizes alone; where there are several, they are unfolded again in the backward pass.
 */
final class ConvolutionPass implements LayerPass {
    /** Floats of a chunk's rows at most, if that is more than one sample's: 64 MiB. */
    static final long ROOM = 1L << 24;

    private final DenseOperands operands;
    private final WindowShape windows;
    private final Supplier<DrawingProduct> drawing;
    private final ProductStrategy inference;
    private final boolean inputGradient;
    private final long room;
    private final List<DrawingProduct> products = new ArrayList<>();
    private int capacity;
    private int chunk;
    private DeviceFloats columns;
    private DeviceFloats columnGradients;
    private DeviceFloats weightSum;
    private DeviceFloats x;
    private DeviceFloats z;
    private DeviceFloats y;

    /**
     * A convolution's pass.
     *
     * @param operands whose positions are windows, and inputs their elements
     * @param drawing makes products where masks are drawn, one for each chunk: it may keep its mask for the way back
     * @param inference product where they are not
     * @param inputGradient whether the gradient for the input is ever wanted
     * @param room floats of a chunk's rows
     */
    ConvolutionPass(
            DenseOperands operands,
            WindowShape windows,
            Supplier<DrawingProduct> drawing,
            ProductStrategy inference,
            boolean inputGradient,
            long room) {
        this.operands = operands;
        this.windows = windows;
        this.drawing = drawing;
        this.inference = inference;
        this.inputGradient = inputGradient;
        this.room = room;
    }

    @Override
    public void reserve(int samples, Workspace workspace) {
        long ofSample = (long) windows.positions() * windows.windowSize();
        capacity = samples;
        chunk = (int) Math.max(1, Math.min(samples, room / ofSample));
        long size = (long) operands.rows(samples) * operands.outputs();
        z = workspace.allocate(size);
        y = operands.activation() == Activation.LINEAR ? z : workspace.allocate(size);
        if (!isProductOfPixels()) {
            columns = workspace.allocate(chunk * ofSample);
            columnGradients = inputGradient ? workspace.allocate(chunk * ofSample) : null;
        }
        weightSum = chunk < samples
                ? workspace.allocate(operands.weight().gradient().length())
                : null;
        products.clear();
        for (int first = 0; first < samples; first += chunk) {
            DrawingProduct product = drawing.get();
            product.reserve(chunk, workspace);
            products.add(product);
        }
    }

    // Windows of one pixel each are the image itself.
    private boolean isProductOfPixels() {
        return windows.windowHeight() == 1
                && windows.windowWidth() == 1
                && windows.strideHeight() == 1
                && windows.strideWidth() == 1;
    }

    @Override
    public Optional<LayerStrategy> strategy() {
        return products.isEmpty() ? Optional.empty() : products.get(0).strategy();
    }

    @Override
    public DeviceFloats forward(Batch batch, DeviceFloats input) {
        x = input;
        for (int k = 0; k * chunk < batch.samples(); k++) {
            Batch part = part(batch, k);
            ProductStrategy product =
                    batch.mode().drawsMasks() ? products.get(k).product() : inference;
            product.forward(
                    part.firstSample(),
                    operands.shape(part.samples()),
                    operands.forward(unfolded(part, k), outputs(z, part, k), outputs(y, part, k)));
        }
        return y;
    }

    private Batch part(Batch batch, int k) {
        int first = k * chunk;
        return new Batch(Math.min(chunk, batch.samples() - first), batch.firstSample() + first, batch.mode());
    }

    private DeviceFloats unfolded(Batch part, int k) {
        DeviceFloats images = images(x, part, k);
        if (isProductOfPixels()) {
            return images;
        }
        backend().windows().unfold(windows, part.samples(), images, columns);
        return columns;
    }

    private DeviceFloats images(DeviceFloats of, Batch part, int k) {
        long size = windows.inputSize();
        return of.slice(k * chunk * size, part.samples() * size);
    }

    private DeviceFloats outputs(DeviceFloats of, Batch part, int k) {
        long size = (long) operands.positions() * operands.outputs();
        return of.slice(k * chunk * size, part.samples() * size);
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        int rows = operands.rows(batch.samples());
        long size = (long) rows * operands.outputs();
        backend().vectors().activationBackward(operands.activation(), size, z, y, dy, dy);
        if (operands.bias() != null) {
            backend().vectors().columnSums(rows, operands.outputs(), dy, operands.biasGradient());
        }
        boolean several = batch.samples() > chunk;
        DeviceFloats dw = operands.weight().gradient();
        for (int k = 0; k * chunk < batch.samples(); k++) {
            backward(part(batch, k), k, several, dy, room);
            if (several) {
                gather(k, dw);
            }
        }
        if (several) {
            backend().vectors().copy(weightSum, dw);
        }
        return room;
    }

    private void backward(Batch part, int k, boolean several, DeviceFloats dy, DeviceFloats room) {
        boolean pixels = isProductOfPixels();
        DeviceFloats rows = several || pixels ? unfolded(part, k) : columns;
        DeviceFloats dx = room == null ? null : images(room, part, k);
        DeviceFloats rowGradient = dx == null || pixels ? dx : columnGradients;
        products.get(k)
                .product()
                .backward(
                        part.firstSample(),
                        operands.shape(part.samples()),
                        operands.backward(rows, outputs(dy, part, k), rowGradient, null));
        if (dx != null && !pixels) {
            backend().windows().fold(windows, part.samples(), columnGradients, dx);
        }
    }

    private void gather(int k, DeviceFloats dw) {
        if (k == 0) {
            backend().vectors().copy(dw, weightSum);
        } else {
            backend().vectors().axpy(1f, dw, weightSum);
        }
    }

    private Backend backend() {
        return operands.backend();
    }

    /** Chunks of the largest batch. */
    int chunks() {
        return (capacity - 1) / chunk + 1;
    }
}
