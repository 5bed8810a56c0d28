package org.pernodedrop.backend.cuda;

import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.runtime.cudaStream_t;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Matrices;
import org.pernodedrop.driver.CaptureLock;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.driver.PinnedMemory;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.Precision;

/**
 * Ordinary matrix products, by cuBLAS. It gets a workspace of this backend's: its own could be shared between graphs, and
 * with a fixed one the same product gives the same bits every time on the same kind of GPU.
 */
final class CudaMatrices extends Matrices implements AutoCloseable {
    private final CudaParts parts;
    /** What NVIDIA recommends for compute capability 9, and for those before. */
    private static final long WORKSPACE = 32L << 20;

    private static final long SMALLER_WORKSPACE = 4L << 20;
    private static final int LARGE_WORKSPACE_SINCE = 9;

    private final Precision precision;
    private final int version;
    private final cublasHandle handle = new cublasHandle();
    private final Closer closer = new Closer();
    private final ByteBuffer factors;
    private final Pointer alphaAt;
    private final Pointer betaAt;

    CudaMatrices(KernelRunner runner, CudaParts parts, DeviceProperties properties, Precision precision) {
        super(runner);
        this.parts = parts;
        // Products with masks on connections alone know two terms.
        this.precision = precision == Precision.BF16X2 ? Precision.FP32 : precision;
        try {
            CaptureLock.exclusive(() -> CudaCalls.checkCublas(() -> JCublas2.cublasCreate(handle), "starting cuBLAS"));
            closer.add(() -> CaptureLock.exclusive(
                    () -> CudaCalls.checkCublas(() -> JCublas2.cublasDestroy(handle), "giving cuBLAS back")));
            int[] found = new int[1];
            CudaCalls.checkCublas(() -> JCublas2.cublasGetVersion(handle, found), "asking for cuBLAS's version");
            version = found[0];
            // First the stream: setting it takes the workspace away again.
            CudaCalls.checkCublas(
                    () -> JCublas2.cublasSetStream(handle, new cudaStream_t(parts.queue.stream().handle)),
                    "giving cuBLAS its stream");
            long bytes = properties.major() >= LARGE_WORKSPACE_SINCE ? WORKSPACE : SMALLER_WORKSPACE;
            DeviceBlock workspace = parts.pool.allocate(bytes, "cuBLAS's workspace");
            CudaCalls.checkCublas(
                    () -> JCublas2.cublasSetWorkspace(handle, workspace.pointer, bytes), "giving cuBLAS its workspace");
            int math = precision == Precision.TF32
                    ? cublasMath.CUBLAS_TF32_TENSOR_OP_MATH
                    : cublasMath.CUBLAS_DEFAULT_MATH;
            CudaCalls.checkCublas(() -> JCublas2.cublasSetMathMode(handle, math), "setting cuBLAS's precision");
            PinnedMemory memory =
                    closer.own(new PinnedMemory(2 * Float.BYTES, "cuBLAS's factors"), PinnedMemory::close);
            factors = memory.window(0, 2 * Float.BYTES);
            alphaAt = memory;
            betaAt = memory.withByteOffset(Float.BYTES);
        } catch (RuntimeException | Error failure) {
            closer.closeAfter(failure);
            throw failure;
        }
    }

    String describe() {
        return "cuBLAS " + version / 10_000 + "." + version / 100 % 100 + "." + version % 100 + ", " + precision;
    }

    /** A product by cuBLAS, which counts by columns and so sees the transposes: {@code C' = op(B)' op(A)'}. */
    private interface Gemm {
        int run(int opA, int opB, Pointer a, Pointer b, Pointer c);
    }

    @Override
    protected void productKernel(Factors of, float alpha, float beta, DeviceFloats c) {
        int m = of.m();
        int n = of.n();
        int k = of.k();
        Gemm single = (opA, opB, a, b, to) -> JCublas2.cublasSgemm(
                handle, opB, opA, n, m, k, alphaAt, b, of.strideB(), a, of.strideA(), betaAt, to, n);
        Gemm bf16 = (opA, opB, a, b, to) -> JCublas2.cublasGemmEx_new(
                handle,
                opB,
                opA,
                n,
                m,
                k,
                alphaAt,
                b,
                cudaDataType.CUDA_R_32F,
                of.strideB(),
                a,
                cudaDataType.CUDA_R_32F,
                of.strideA(),
                betaAt,
                to,
                cudaDataType.CUDA_R_32F,
                n,
                cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF,
                cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
        multiply(of, alpha, beta, c, "", precision == Precision.BF16 ? bf16 : single);
    }

    @Override
    protected void batchedProductKernel(int batch, Factors of, DeviceFloats c) {
        int m = of.m();
        int n = of.n();
        int k = of.k();
        long sizeA = (long) m * k;
        long sizeB = (long) k * n;
        long sizeC = (long) m * n;
        Gemm single = (opA, opB, a, b, to) -> JCublas2.cublasSgemmStridedBatched(
                handle,
                opB,
                opA,
                n,
                m,
                k,
                alphaAt,
                b,
                of.strideB(),
                sizeB,
                a,
                of.strideA(),
                sizeA,
                betaAt,
                to,
                n,
                sizeC,
                batch);
        Gemm bf16 = (opA, opB, a, b, to) -> JCublas2.cublasGemmStridedBatchedEx_new(
                handle,
                opB,
                opA,
                n,
                m,
                k,
                alphaAt,
                b,
                cudaDataType.CUDA_R_32F,
                of.strideB(),
                sizeB,
                a,
                cudaDataType.CUDA_R_32F,
                of.strideA(),
                sizeA,
                betaAt,
                to,
                cudaDataType.CUDA_R_32F,
                n,
                sizeC,
                batch,
                cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF,
                cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
        multiply(of, 1, 0, c, batch + " ", precision == Precision.BF16 ? bf16 : single);
    }

    private void multiply(Factors of, float alpha, float beta, DeviceFloats c, String count, Gemm gemm) {
        parts.queue.enter();
        Pointer ownA = parts.floats(of.a()).pointer;
        Pointer ownB = parts.floats(of.b()).pointer;
        Pointer ownC = parts.floats(c).pointer;
        int opA = of.transposeA() ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
        int opB = of.transposeB() ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
        parts.queue.run(() -> {
            factors.putFloat(0, alpha);
            factors.putFloat(Float.BYTES, beta);
            int status = CudaCalls.code(() -> gemm.run(opA, opB, ownA, ownB, ownC));
            if (status != 0) {
                CudaCalls.checkCublas(
                        status,
                        "multiplying " + count + "matrices of " + of.m() + " x " + of.k() + " and " + of.k() + " x "
                                + of.n());
            }
        });
    }

    @Override
    public void close() {
        closer.close();
    }
}
