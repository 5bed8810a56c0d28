package org.pernodedrop.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The PTX modules, one for each {@code cuda/<module>.cu}. The sources say what the kernels compute; {@link
 * KernelCatalogue} says how they are launched. The
 * modules {@code CONNECTION_*} and {@code MULTI_POSITION_*} hold the masked products, one module for each {@link MaskSource}.
 *
 * <p>A module needs a driver of CUDA 11.8 or later and a GPU of compute capability 8.0 or later.
 */
public enum PtxModule {
    /** Bias and activation of a layer, and the gradient of the activation. */
    ACTIVATION,
    /** Sums over the rows of a matrix. */
    COLUMN_SUMS,
    CONNECTION_GAUSSIAN,
    CONNECTION_MANY_PLANES,
    CONNECTION_MANY_PLANES_BF16,
    CONNECTION_MANY_PLANES_BF16X2,
    CONNECTION_ONE_PLANE,
    CONNECTION_ONE_PLANE_BF16,
    CONNECTION_PACKED,
    CONNECTION_PACKED_BF16,
    CONNECTION_PACKED_BF16X2,
    CONNECTION_PARTIAL_GAUSSIAN,
    /** Second pass of the connection kernels where the sums were split. */
    CONNECTION_SUMS,
    CONNECTION_TWO_PLANES,
    CONNECTION_TWO_PLANES_BF16,
    CONNECTION_UNMASKED,
    /** Uniform and normal numbers of cuRAND's stream, for initial weights. */
    CURAND_FILL,
    /** A mini-batch picked out of a data set by row numbers. */
    GATHER,
    /** Losses of a batch, their gradients, and hits. */
    LOSS,
    /** Packed mask bits, for the connection kernels that read them. */
    MASK_PACKING,
    /** The multipliers themselves, written out or multiplied into weights. */
    MASK_VALUES,
    MULTI_POSITION_GAUSSIAN_BF16,
    MULTI_POSITION_GAUSSIAN_TF32,
    MULTI_POSITION_MANY_PLANES_BF16,
    MULTI_POSITION_MANY_PLANES_TF32,
    MULTI_POSITION_ONE_PLANE_BF16,
    MULTI_POSITION_ONE_PLANE_TF32,
    MULTI_POSITION_PARTIAL_GAUSSIAN_BF16,
    MULTI_POSITION_PARTIAL_GAUSSIAN_TF32,
    /** Masks with one value for a sample and output, after an ordinary matrix product. */
    NODE_MASK,
    /** Batch normalization. */
    NORMALIZATION,
    /** Copies of operands as kernels of products read them: padded, in pairs of bf16, or rounded. */
    OPERANDS,
    /** Updates of all parameters in one flat buffer. */
    OPTIMIZER,
    /** Gaussian noise at the outputs of a layer, in the place of noise on its connections. */
    REPARAMETERIZATION,
    /** The next step, in device memory, so that a replayed graph draws new masks. */
    STEP,
    /** Vectors of n floats. */
    VECTOR,
    /** Windows over images: unfolding for convolutions, and pooling. */
    WINDOW;

    /** Names the PTX file {@code <name>.ptx} beside this class, and the source {@code cuda/<name>.cu}. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the module holds, in the order of its source. */
    public List<KernelSignature> kernels() {
        return KernelCatalogue.kernels(this);
    }

    /**
     * A kernel of this module.
     *
     * @throws IllegalArgumentException if the module has no such kernel
     */
    public KernelSignature kernel(String name) {
        for (KernelSignature kernel : kernels()) {
            if (kernel.name().equals(name)) {
                return kernel;
            }
        }
        throw new IllegalArgumentException("name must be one of "
                + kernels().stream().map(KernelSignature::name).toList() + ": module=" + name() + ", name=" + name);
    }

    /** The PTX as text in ASCII with a zero byte at the end, as {@code cuModuleLoadData} takes it. */
    public byte[] ptx() {
        String resource = fileName() + ".ptx";
        try (InputStream in = PtxModule.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + resource + ": build it by cuda/build-ptx.sh");
            }
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + resource, e);
        }
    }
}
