package org.pernodedrop.backend.cuda;

import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import jcuda.jcurand.curandStatus;
import jcuda.runtime.cudaStream_t;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.RandomFills;
import org.pernodedrop.driver.CaptureLock;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.CurandStream;

/**
 * Initial values from cuRAND's streams. Uniforms are drawn by cuRAND where it is there and draws the numbers of {@link
 * CurandStream}, which is tried once, when first needed; else by this project's kernel, which gives the same bits. Normals
 * always come from the kernel: cuRAND's generators on GPUs refuse odd lengths. So do uniforms in slices that do not begin
 * at a multiple of four floats: cuRAND draws four at a time and promises nothing of such places, and a misaligned write
 * would cost the whole context.
 */
final class CudaRandomFills extends RandomFills implements AutoCloseable {
    private final CudaParts parts;
    static final long TRIAL_SEED = 0x9E37_79B9_7F4A_7C15L;

    private static final int TRIAL_LENGTH = 4099;
    private static final int ALIGNMENT = 4 * Float.BYTES;
    /** Before the stream's counter wraps for the first time, at no multiple of 4. */
    private static final long[] TRIAL_STARTS = {0, 262_141, (1L << 33) + 7};

    private final StagingBuffer staging;
    private final Kernel fillUniform;
    private final Kernel fillNormal;
    private final Kernel scaleShift;
    private final boolean available;
    private final CurandStream expected;
    private final Closer closer = new Closer();
    private curandGenerator generator;
    private String kernelsBecause;

    /**
     * @param available whether cuRAND can be called
     * @param expected what it has to draw from {@link #TRIAL_SEED}
     */
    CudaRandomFills(
            KernelRunner runner, CudaParts parts, StagingBuffer staging, boolean available, CurandStream expected) {
        super(runner);
        this.parts = parts;
        KernelModules kernels = parts.kernels;
        this.staging = staging;
        this.available = available;
        this.expected = expected;
        fillUniform = kernels.kernel(PtxModule.CURAND_FILL, "fill_uniform");
        fillNormal = kernels.kernel(PtxModule.CURAND_FILL, "fill_normal");
        scaleShift = kernels.kernel(PtxModule.VECTOR, "scale_shift");
        if (!available) {
            kernelsBecause = "cuRAND was not found";
        }
    }

    /** Who draws initial weights, as far as that is known yet. */
    String describe() {
        if (kernelsBecause != null) {
            return "uniforms by a kernel, as " + kernelsBecause;
        }
        return generator == null ? "cuRAND, not tried yet" : "uniforms by cuRAND";
    }

    @Override
    protected void uniformKernel(long seed, long first, float low, float high, DeviceFloats x) {
        parts.queue.enter();
        CudaFloats own = parts.floats(x);
        float range = high - low;
        // A graph takes the kernel: cuRAND's offset is set on the host.
        if (!parts.queue.isCapturing() && own.address % ALIGNMENT == 0 && curandServes()) {
            generate(seed, first, own);
            parts.launcher
                    .of(scaleShift)
                    .int64(x.length())
                    .float32(range, low)
                    .pointer(own)
                    .launch(parts.shapes.elements(x.length()));
            return;
        }
        drawing(fillUniform, seed, first, x).float32(range, low).pointer(own).launch(grid(x));
    }

    @Override
    protected void normalKernel(long seed, long first, float mean, float deviation, DeviceFloats x) {
        parts.queue.enter();
        drawing(fillNormal, seed, first, x)
                .float32(deviation, mean)
                .pointer(parts.floats(x))
                .launch(grid(x));
    }

    private KernelLauncher drawing(Kernel kernel, long seed, long first, DeviceFloats x) {
        return parts.launcher
                .of(kernel)
                .int32((int) seed, (int) (seed >>> 32))
                .int64(first)
                .int64(x.length());
    }

    // A thread draws four; the first and the last four may be cut.
    private Grid grid(DeviceFloats x) {
        return parts.shapes.elements((x.length() + 6) / 4);
    }

    // cuRAND prepares a generator's states when it draws first from a place: seen to fail while other threads capture.
    private void generate(long seed, long first, CudaFloats x) {
        CaptureLock.exclusive(() -> {
            CudaCalls.checkCurand(
                    () -> JCurand.curandSetPseudoRandomGeneratorSeed(generator, seed), "setting cuRAND's seed");
            CudaCalls.checkCurand(() -> JCurand.curandSetGeneratorOffset(generator, first), "setting cuRAND's offset");
            CudaCalls.checkCurand(
                    () -> JCurand.curandGenerateUniform(generator, x.pointer, x.length()),
                    "drawing " + x.length() + " uniforms by cuRAND");
        });
    }

    private boolean curandServes() {
        if (available && generator == null && kernelsBecause == null) {
            CaptureLock.exclusive(this::start);
        }
        return generator != null;
    }

    private void start() {
        curandGenerator started = new curandGenerator();
        int status = CudaCalls.code(
                () -> JCurand.curandCreateGenerator(started, curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10));
        switch (status) {
            case curandStatus.CURAND_STATUS_VERSION_MISMATCH,
                    curandStatus.CURAND_STATUS_NOT_INITIALIZED,
                    curandStatus.CURAND_STATUS_INITIALIZATION_FAILED,
                    curandStatus.CURAND_STATUS_ARCH_MISMATCH -> {
                kernelsBecause = "cuRAND does not work with this driver: " + curandStatus.stringFor(status);
                return;
            }
            default -> CudaCalls.checkCurand(status, "starting cuRAND");
        }
        generator = started;
        closer.add(() -> CaptureLock.exclusive(
                () -> CudaCalls.checkCurand(() -> JCurand.curandDestroyGenerator(started), "giving cuRAND back")));
        try {
            CudaCalls.checkCurand(
                    () -> JCurand.curandSetStream(started, new cudaStream_t(parts.queue.stream().handle)),
                    "giving cuRAND its stream");
            kernelsBecause = trial();
        } catch (RuntimeException | Error failure) {
            generator = null;
            closer.closeAfter(failure);
            throw failure;
        }
        if (kernelsBecause != null) {
            close();
        }
    }

    /** Why cuRAND cannot be taken; null if it draws the stream's numbers. */
    private String trial() {
        float[] drawn = new float[TRIAL_LENGTH];
        try (CudaFloats x =
                new CudaFloats(parts.pool.allocate((long) TRIAL_LENGTH * Float.BYTES, "a trial of cuRAND"))) {
            for (long start : TRIAL_STARTS) {
                generate(TRIAL_SEED, start, x);
                staging.download(x, drawn, 0);
                for (int k = 0; k < TRIAL_LENGTH; k++) {
                    if (drawn[k] != expected.uniform(start + k)) {
                        return "cuRAND draws other numbers than its documentation says, first at " + (start + k);
                    }
                }
            }
        }
        return null;
    }

    @Override
    public void close() {
        generator = null;
        closer.close();
    }
}
