package org.pernodedrop.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The PTX modules, one for each {@code cuda/<module>.cu}. The sources say what the kernels compute; {@link
 * KernelCatalogue} says how they are launched.
 *
 * <p>A module needs a driver of CUDA 11.8 or later and a GPU of compute capability 8.0 or later.
 */
public enum PtxModule {
    /** Bias and activation of a layer, and the gradient of the activation. */
    ACTIVATION,
    /** Sums over the rows of a matrix. */
    COLUMN_SUMS,
    /** Connection masks: normals. */
    CONNECTION_GAUSSIAN,
    /** Connection masks: bits of any number of planes. */
    CONNECTION_MANY_PLANES,
    /** Connection masks: bits of one plane, p = 1/2. */
    CONNECTION_ONE_PLANE,
    /** Connection masks: packed bits, read from memory. */
    CONNECTION_PACKED,
    /** Connection masks: normals where bits say so. */
    CONNECTION_PARTIAL_GAUSSIAN,
    /** Second pass of the connection kernels where the sums were split. */
    CONNECTION_SUMS,
    /** Connection masks: bits of two planes, p = 1/4 or 3/4. */
    CONNECTION_TWO_PLANES,
    /** No mask: the plain product in the tiles of the connection kernels. */
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
    /** Products over samples with several positions: normals; bf16. */
    MULTI_POSITION_GAUSSIAN_BF16,
    /** Products over samples with several positions: normals; TF32. */
    MULTI_POSITION_GAUSSIAN_TF32,
    /** Products over samples with several positions: bits of any number of planes; bf16. */
    MULTI_POSITION_MANY_PLANES_BF16,
    /** Products over samples with several positions: bits of any number of planes; TF32. */
    MULTI_POSITION_MANY_PLANES_TF32,
    /** Products over samples with several positions: bits of one plane, p = 1/2; bf16. */
    MULTI_POSITION_ONE_PLANE_BF16,
    /** Products over samples with several positions: bits of one plane, p = 1/2; TF32. */
    MULTI_POSITION_ONE_PLANE_TF32,
    /** Operands of the multi-position kernels: padded rows, or pairs of bf16. */
    MULTI_POSITION_OPERANDS,
    /** Products over samples with several positions: normals where bits say so; bf16. */
    MULTI_POSITION_PARTIAL_GAUSSIAN_BF16,
    /** Products over samples with several positions: normals where bits say so; TF32. */
    MULTI_POSITION_PARTIAL_GAUSSIAN_TF32,
    /** Masks with one value for a sample and output, after an ordinary matrix product. */
    NODE_MASK,
    /** Batch normalization. */
    NORMALIZATION,
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
