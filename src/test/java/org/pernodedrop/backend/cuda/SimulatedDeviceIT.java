package org.pernodedrop.backend.cuda;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxReset;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadDataEx;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSgemm;
import static jcuda.jcurand.JCurand.curandCreateGenerator;
import static jcuda.jcurand.JCurand.curandDestroyGenerator;
import static jcuda.jcurand.JCurand.curandGenerateUniform;
import static jcuda.jcurand.JCurand.curandSetPseudoRandomGeneratorSeed;
import static jcuda.jcurand.JCurand.curandSetStream;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.kernels.cuda.PtxModule;

/** The simulated device in a JVM, by JCuda's calls alone: what tests of the CUDA backend rely on. */
class SimulatedDeviceIT {
    private static final int BLOCK = 256;

    private SimulatedDevice device;
    private CUstream stream;
    private CUmodule module;
    private CUfunction fill;

    @BeforeAll
    static void load() {
        CudaDeviceUnderTest.requireSimulated();
        assertTrue(CudaLibraries.load().curandAvailable());
        JCudaDriver.setExceptionsEnabled(true);
        JCublas2.setExceptionsEnabled(true);
        JCurand.setExceptionsEnabled(true);
    }

    @BeforeEach
    void open() {
        cuInit(0);
        final CUdevice first = new CUdevice();
        cuDeviceGet(first, 0);
        final CUcontext context = new CUcontext();
        cuDevicePrimaryCtxRetain(context, first);
        cuCtxSetCurrent(context);
        device = SimulatedDevice.ofLoadedDriver().orElseThrow();
        device.clearFailures();
        device.resetCounts();
        stream = new CUstream();
        cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
        module = new CUmodule();
        cuModuleLoadDataEx(module, Pointer.to(PtxModule.VECTOR.ptx()), 0, new int[0], Pointer.to(new int[0]));
        fill = new CUfunction();
        cuModuleGetFunction(fill, module, "fill");
    }

    @AfterEach
    void closeWithoutLeaks() {
        device.setAsynchronous(false);
        final CUdevice first = new CUdevice();
        cuDeviceGet(first, 0);
        if (device.live().streams() > 0) {
            cuModuleUnload(module);
            cuStreamDestroy(stream);
        }
        cuDevicePrimaryCtxRelease(first);
        assertEquals(SimulatedDevice.Live.NOTHING, device.live());
    }

    @Test
    void namesItself() {
        final CUdevice first = new CUdevice();
        cuDeviceGet(first, 0);
        final byte[] name = new byte[100];
        cuDeviceGetName(name, name.length, first);
        assertTrue(new String(name, StandardCharsets.US_ASCII).contains("simulated"));
    }

    @Test
    void runsAKernelOfTheLibrary() {
        final CUdeviceptr values = allocate(1000);
        launchFill(values, 2.5f, 1000);
        cuStreamSynchronize(stream);
        final float[] expected = new float[1000];
        Arrays.fill(expected, 2.5f);
        assertArrayEquals(expected, download(values, 1000));
        cuMemFree(values);
        assertEquals(0, device.abandoned());
    }

    @Test
    void showsAMissingWait() {
        device.setAsynchronous(true);
        final CUdeviceptr values = allocate(4);
        final Pointer pinned = new Pointer();
        cuMemAllocHost(pinned, 16);
        final FloatBuffer host =
                pinned.getByteBuffer(0, 16).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        host.put(3, 1.0f);
        launchFill(values, 7.0f, 4);
        cuMemcpyDtoHAsync(pinned, values, 16, stream);
        assertEquals(1.0f, host.get(3));
        cuStreamSynchronize(stream);
        assertEquals(7.0f, host.get(3));
        cuMemFreeHost(pinned);
        cuMemFree(values);
    }

    @Test
    void multipliesInStreamOrder() {
        final cublasHandle handle = new cublasHandle();
        cublasCreate(handle);
        cublasSetStream(handle, new cudaStream_t(stream));
        final CUdeviceptr a = upload(1, 2, 3, 4);
        final CUdeviceptr b = upload(5, 6, 7, 8);
        final CUdeviceptr c = allocate(4);
        final int plain = cublasOperation.CUBLAS_OP_N;
        final Pointer one = Pointer.to(new float[] {1});
        final Pointer zero = Pointer.to(new float[] {0});
        cublasSgemm(handle, plain, plain, 2, 2, 2, one, a, 2, b, 2, zero, c, 2);
        cuStreamSynchronize(stream);
        assertArrayEquals(new float[] {23, 34, 31, 46}, download(c, 4));
        cublasDestroy(handle);
        for (CUdeviceptr memory : new CUdeviceptr[] {a, b, c}) {
            cuMemFree(memory);
        }
    }

    @Test
    void drawsUniforms() {
        final curandGenerator generator = new curandGenerator();
        curandCreateGenerator(generator, curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10);
        curandSetPseudoRandomGeneratorSeed(generator, 0);
        curandSetStream(generator, new cudaStream_t(stream));
        final CUdeviceptr values = allocate(4);
        curandGenerateUniform(generator, values, 4);
        cuStreamSynchronize(stream);
        // Random123's known answer for counter 0 and key 0, as (word + 1/2) 2^-32.
        final long[] words = {0x6627e8d5L, 0xe169c58dL, 0xbc57ac4cL, 0x9b00dbd8L};
        final float[] expected = new float[4];
        for (int i = 0; i < 4; i++) {
            expected[i] = (float) words[i] * 0x1p-32f + 0x1p-33f;
        }
        assertArrayEquals(expected, download(values, 4));
        curandDestroyGenerator(generator);
        cuMemFree(values);
    }

    @Test
    void failsWhatItIsToldTo() {
        device.fail(SimulatedDevice.Call.ALLOCATION, 2);
        final CUdeviceptr first = allocate(1);
        final CudaException failure = assertThrows(CudaException.class, () -> allocate(1));
        assertTrue(failure.getMessage().contains("OUT_OF_MEMORY"), failure.getMessage());
        assertFalse(device.failurePending(SimulatedDevice.Call.ALLOCATION));
        assertEquals(2, device.calls(SimulatedDevice.Call.ALLOCATION));
        assertEquals(1, device.live().deviceAllocations());
        cuMemFree(first);
        assertThrows(CudaException.class, () -> cuMemFree(first));
        assertEquals(1, device.doubleFrees());
    }

    @Test
    void survivesAFaultingKernelAndTheJvmToo() {
        final CUdeviceptr values = allocate(4);
        final CudaException fault = assertThrows(CudaException.class, () -> launchFill(values, 1.0f, 100_000));
        assertTrue(fault.getMessage().contains("ILLEGAL_ADDRESS"), fault.getMessage());
        assertThrows(CudaException.class, () -> cuCtxSynchronize(), "the error must stick");
        provokeTheJvm();
        final CUdevice first = new CUdevice();
        cuDeviceGet(first, 0);
        cuDevicePrimaryCtxReset(first);
        assertEquals(3, device.abandoned());
        final CUdeviceptr again = upload(1, 2);
        assertArrayEquals(new float[] {1, 2}, download(again, 2));
        cuMemFree(again);
    }

    /** While a kernel runs, faults of the JVM's own in other threads must reach the JVM. */
    @Test
    void kernelsRunBesideFaultsOfTheJvm() throws Exception {
        final int elements = 1 << 18;
        final CUdeviceptr values = allocate(elements);
        final FutureTask<Void> beside = new FutureTask<>(() -> {
            for (int i = 0; i < 5; i++) {
                provokeTheJvm();
                System.gc();
            }
            return null;
        });
        new Thread(beside).start();
        int launches = 0;
        while (launches < 50 || !beside.isDone()) {
            launchFill(values, ++launches, elements);
            cuStreamSynchronize(stream);
        }
        beside.get();
        assertEquals(launches, download(values, elements)[elements - 1]);
        cuMemFree(values);
    }

    /** Null pointers in compiled code and an overflowing stack: signals that the JVM answers with exceptions. */
    private static void provokeTheJvm() {
        int caught = 0;
        for (int i = 0; i < 20_000; i++) {
            final Object nothing = i < 0 ? "" : null;
            try {
                caught += nothing.hashCode();
            } catch (NullPointerException expected) {
                caught++;
            }
        }
        assertEquals(20_000, caught);
        assertThrows(StackOverflowError.class, () -> deepen(0));
    }

    private static int deepen(int depth) {
        return deepen(depth + 1) + 1;
    }

    private void launchFill(CUdeviceptr values, float value, long count) {
        final Pointer arguments =
                Pointer.to(Pointer.to(new long[] {count}), Pointer.to(new float[] {value}), Pointer.to(values));
        cuLaunchKernel(fill, 4, 1, 1, BLOCK, 1, 1, 0, stream, arguments, null);
    }

    private static CUdeviceptr allocate(int floats) {
        final CUdeviceptr memory = new CUdeviceptr();
        cuMemAlloc(memory, (long) floats * Float.BYTES);
        return memory;
    }

    private static CUdeviceptr upload(float... values) {
        final CUdeviceptr memory = allocate(values.length);
        cuMemcpyHtoD(memory, Pointer.to(values), (long) values.length * Float.BYTES);
        return memory;
    }

    private static float[] download(CUdeviceptr memory, int floats) {
        final float[] values = new float[floats];
        cuMemcpyDtoH(Pointer.to(values), memory, (long) floats * Float.BYTES);
        return values;
    }
}
