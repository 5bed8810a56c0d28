package org.pernodedrop.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The catalogue of CUDA kernels: every PTX module and what it holds. What the kernels compute, and which grids they
 * take, is said in the source of each, {@code cuda/<module>.cu}, whose declarations these are. Null is allowed for a
 * pointer only where the source says so.
 *
 * <p>A module needs a driver of CUDA 11.8 or later and a GPU of compute capability 8.0 or later. Launch its kernels in
 * blocks of {@link KernelSignature#block()} threads.
 */
public enum PtxModule {
    /** Bias and activation of a layer, and the gradient of the activation. */
    ACTIVATION(
            """
            bias_activation(int32_t activation, int32_t samples, int32_t outputs, const float* bias, float* z,
                    float* y) block 256
            activation_backward(int32_t activation, int64_t n, const float* z, const float* y, const float* dy,
                    float* dz) block 256
            """),

    /** Sums over the rows of a matrix. */
    COLUMN_SUMS(
            """
            column_sums(int32_t rows, int32_t columns, const float* x, float* sums) block 256
            """),

    /** Connection masks: normals. */
    CONNECTION_GAUSSIAN(ConnectionSource.GAUSSIAN),

    /** Connection masks: bits of any number of planes. */
    CONNECTION_MANY_PLANES(ConnectionSource.MANY_PLANES),

    /** Connection masks: bits of one plane, p = 1/2. */
    CONNECTION_ONE_PLANE(ConnectionSource.ONE_PLANE),

    /** Connection masks: packed bits, read from memory. */
    CONNECTION_PACKED(ConnectionSource.PACKED),

    /** Connection masks: normals where bits say so. */
    CONNECTION_PARTIAL_GAUSSIAN(ConnectionSource.PARTIAL_GAUSSIAN),

    /** Second pass of the connection kernels where the sums were split into stretches. */
    CONNECTION_SUMS(
            """
            connection_forward_sum(const float* partials, int32_t stretches, int32_t samples, int32_t outputs,
                    float scale, const float* bias, int32_t activation, float* z, float* y) block 256
            connection_backward_input_sum(const float* partials, int32_t stretches, int32_t samples, int32_t inputs,
                    float scale, int32_t activation, const float* z_below, const float* y_below, float* dx) block 256
            connection_backward_weight_sum(const float* partials, const float* bias_partials, int32_t stretches,
                    int32_t inputs, int32_t outputs, float scale, float* dw, float* db) block 256
            """),

    /** Connection masks: bits of two planes, p = 1/4 or 3/4. */
    CONNECTION_TWO_PLANES(ConnectionSource.TWO_PLANES),

    /** No mask: the plain product in the connection kernels' tiles. */
    CONNECTION_UNMASKED(ConnectionSource.UNMASKED),

    /** Uniform and normal numbers from cuRAND's stream, for initial weights. */
    CURAND_FILL(
            """
            fill_uniform(uint32_t seed_low, uint32_t seed_high, int64_t first, int64_t n, float range, float low,
                    float* x) block 256
            fill_normal(uint32_t seed_low, uint32_t seed_high, int64_t first, int64_t n, float deviation,
                    float mean, float* x) block 256
            """),

    /** A mini-batch picked out of a data set by row numbers. */
    GATHER(
            """
            gather_rows(int32_t count, int32_t width, const float* from, const int32_t* rows, float* to) block 256
            gather_rows_bytes(int32_t count, int32_t width, float scale, float shift, const uint8_t* from,
                    const int32_t* rows, float* to) block 256
            gather_labels(int32_t count, const int32_t* from, const int32_t* rows, int32_t* to) block 256
            """),

    /** Losses of a batch, their gradients, and hits. */
    LOSS(
            """
            softmax_cross_entropy(int32_t samples, int32_t classes, const float* logits, const int32_t* labels,
                    float* gradient, double* losses, int32_t* hits) block 256
            mean_squared_error(int32_t samples, int32_t outputs, const float* predictions, const float* targets,
                    float* gradient, double* losses) block 256
            add_losses(const StepState* state, int32_t samples, const double* losses, const int32_t* hits,
                    LossTotals* totals) block 1024
            """),

    /** Packed mask bits, for the connection kernels that read them. */
    MASK_PACKING(
            """
            mask_pack(const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes,
                    uint32_t threshold, int32_t samples, int32_t inputs, int32_t outputs, uint32_t* packed) block 128
            """),

    /** The multipliers themselves, written out or multiplied into weights. */
    MASK_VALUES(
            """
            mask_export(const StepState* state, uint32_t layer, int32_t noise, int32_t node, int32_t fixed,
                    uint32_t planes, uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples,
                    int32_t inputs, int32_t outputs, float* to) block 256
            weight_mask(const StepState* state, uint32_t layer, int32_t noise, int32_t fixed, uint32_t planes,
                    uint32_t threshold, float sigma, int32_t inputs, int32_t outputs, const float* from, float* to)
                    block 256
            """),

    /** Masks with one value for a sample and output, after an ordinary matrix product. */
    NODE_MASK(
            """
            node_mask(const StepState* state, uint32_t layer, int32_t noise, int32_t fixed, uint32_t planes,
                    uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples, int32_t outputs,
                    const float* from, float* to) block 256
            node_forward(const StepState* state, uint32_t layer, int32_t noise, int32_t fixed, uint32_t planes,
                    uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples, int32_t outputs,
                    int32_t activation, const float* p, const float* bias, float* z, float* y) block 256
            node_backward(const StepState* state, uint32_t layer, int32_t noise, int32_t fixed, uint32_t planes,
                    uint32_t threshold, float sigma, uint32_t first_sample, int32_t samples, int32_t outputs,
                    int32_t activation, const float* z, const float* y, const float* dy, float* dp,
                    float* bias_sums) block 256
            """),

    /** Batch normalization. */
    NORMALIZATION(
            """
            moment_sums(int32_t rows, int32_t channels, const float* x, const float* mean, double* sums) block 256
            gradient_sums(int32_t rows, int32_t channels, float epsilon, const float* x, const float* mean,
                    const float* variance, const float* dy, double* sums) block 256
            add_parts(int32_t parts, int32_t channels, int64_t stride, int32_t divisor, const double* sums,
                    float* to) block 256
            normalize(int32_t rows, int32_t channels, float epsilon, const float* x, const float* mean,
                    const float* variance, const float* scale, const float* shift, float* y) block 256
            normalize_backward(int32_t rows, int32_t channels, float epsilon, const float* x, const float* mean,
                    const float* variance, const float* scale, const float* dscale, const float* dshift,
                    const float* dy, float* dx) block 256
            """),

    /** Updates of all parameters in one flat buffer. */
    OPTIMIZER(
            """
            sgd(const StepState* state, int64_t n, float momentum, int32_t nesterov, float* w, const float* g,
                    float* v) block 256
            adam(const StepState* state, int64_t n, float beta1, float beta2, float epsilon, float decay, float* w,
                    const float* g, float* m, float* v) block 256
            """),

    /** Gaussian noise at the outputs of a layer, in the place of noise on its connections. */
    REPARAMETERIZATION(
            """
            reparameterize(const StepState* state, uint32_t layer, float sigma, uint32_t first_sample, int32_t samples,
                    int32_t outputs, const float* variance, float* z) block 256
            reparameterize_backward(const StepState* state, uint32_t layer, float sigma, uint32_t first_sample,
                    int32_t samples, int32_t outputs, const float* variance, const float* dz, float* dv) block 256
            """),

    /** Masks over sequences: normals; bf16. */
    SEQUENCE_GAUSSIAN_BF16(SequenceSource.GAUSSIAN, SequencePrecision.BF16),

    /** Masks over sequences: normals; TF32. */
    SEQUENCE_GAUSSIAN_TF32(SequenceSource.GAUSSIAN, SequencePrecision.TF32),

    /** Masks over sequences: bits of any number of planes; bf16. */
    SEQUENCE_MANY_PLANES_BF16(SequenceSource.MANY_PLANES, SequencePrecision.BF16),

    /** Masks over sequences: bits of any number of planes; TF32. */
    SEQUENCE_MANY_PLANES_TF32(SequenceSource.MANY_PLANES, SequencePrecision.TF32),

    /** Masks over sequences: bits of one plane, p = 1/2; bf16. */
    SEQUENCE_ONE_PLANE_BF16(SequenceSource.ONE_PLANE, SequencePrecision.BF16),

    /** Masks over sequences: bits of one plane, p = 1/2; TF32. */
    SEQUENCE_ONE_PLANE_TF32(SequenceSource.ONE_PLANE, SequencePrecision.TF32),

    /** Operands of the sequence kernels: padded rows, or pairs of bf16. */
    SEQUENCE_OPERANDS(
            """
            sequence_pad(int64_t rows, int32_t columns, const float* from, uint32_t* to) block 256
            sequence_pair_columns(int64_t rows, int32_t columns, const float* from, uint32_t* to) block 256
            sequence_pair_rows(int64_t planes, int32_t rows, int32_t columns, const float* from, uint32_t* to) block 256
            """),

    /** Masks over sequences: normals where bits say so; bf16. */
    SEQUENCE_PARTIAL_GAUSSIAN_BF16(SequenceSource.PARTIAL_GAUSSIAN, SequencePrecision.BF16),

    /** Masks over sequences: normals where bits say so; TF32. */
    SEQUENCE_PARTIAL_GAUSSIAN_TF32(SequenceSource.PARTIAL_GAUSSIAN, SequencePrecision.TF32),

    /** The next step, in device memory, so that a replayed graph draws new masks. */
    STEP("""
            advance(StepState* state) block 32
            """),

    /** Vectors of n floats. */
    VECTOR(
            """
            fill(int64_t n, float value, float* x) block 256
            axpy(int64_t n, float alpha, const float* x, float* y) block 256
            scale_shift(int64_t n, float scale, float shift, float* x) block 256
            blend(int64_t n, float share, const float* from, float* to) block 256
            multiply(int64_t n, const float* a, const float* b, float* to) block 256
            multiply_add(int64_t n, float alpha, const float* a, const float* b, float* to) block 256
            multiply_rows(int64_t n, int64_t width, const float* a, const float* row, float* to) block 256
            flag_non_finite(int64_t n, const float* x, uint32_t* flag) block 256
            """),

    /** Windows over images: unfolding for convolutions, and pooling. */
    WINDOW(
            """
            unfold(int32_t samples, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                    int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
                    int32_t pad_left, int32_t output_height, int32_t output_width, const float* x, float* columns) block 256
            fold(int32_t samples, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                    int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
                    int32_t pad_left, int32_t output_height, int32_t output_width, const float* columns, float* x) block 256
            max_pool(int32_t samples, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                    int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
                    int32_t pad_left, int32_t output_height, int32_t output_width, const float* x, float* y,
                    int32_t* places) block 256
            max_pool_backward(int32_t samples, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                    int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
                    int32_t pad_left, int32_t output_height, int32_t output_width, const float* dy,
                    const int32_t* places, float* dx) block 256
            average_pool(int32_t samples, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                    int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
                    int32_t pad_left, int32_t output_height, int32_t output_width, const float* x, float* y) block 256
            average_pool_backward(int32_t samples, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                    int32_t window_width, int32_t stride_height, int32_t stride_width, int32_t pad_top,
                    int32_t pad_left, int32_t output_height, int32_t output_width, const float* dy, float* dx) block 256
            """);

    private final Map<String, KernelSignature> kernels = new LinkedHashMap<>();

    PtxModule(String declarations) {
        this(KernelSignature.parse(declarations));
    }

    PtxModule(ConnectionSource source) {
        this(ConnectionKernels.of(source));
    }

    PtxModule(SequenceSource source, SequencePrecision precision) {
        this(SequenceKernels.of(source, precision));
    }

    PtxModule(List<KernelSignature> signatures) {
        for (KernelSignature kernel : signatures) {
            if (kernels.put(kernel.name(), kernel) != null) {
                throw new IllegalArgumentException("Module " + name() + " has two kernels " + kernel.name());
            }
        }
    }

    /** Names the PTX file {@code <name>.ptx} beside this class, and the source {@code cuda/<name>.cu}. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public List<KernelSignature> kernels() {
        return List.copyOf(kernels.values());
    }

    /** @throws IllegalArgumentException if the module has no such kernel */
    public KernelSignature kernel(String name) {
        KernelSignature kernel = kernels.get(name);
        if (kernel == null) {
            throw new IllegalArgumentException(
                    "name must be one of " + kernels.keySet() + ": module=" + name() + ", name=" + name);
        }
        return kernel;
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
