package org.pernodedrop.driver;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;
import jcuda.jcurand.curandStatus;

/**
 * Turns the codes that CUDA's libraries return into exceptions that name the operation, the code, its cause and a remedy.
 * JCuda's own exceptions are converted to codes: whether JCuda throws is a setting of the whole process, and some of its
 * functions return a code in either case.
 */
public final class CudaCalls {
    private static final String MEMORY_REMEDY =
            "the GPU has no room for it; use a smaller batch or smaller" + " layers, or end other programs on the GPU";
    private static final int MAX_CODES = 1000;

    // Codes by the messages of JCuda's exceptions, which differ between the three libraries.
    private static final Map<String, Integer> CODES = new HashMap<>();

    static {
        for (int code = 1; code < MAX_CODES; code++) {
            CODES.putIfAbsent(CUresult.stringFor(code), code);
            CODES.putIfAbsent(cublasStatus.stringFor(code), code);
            CODES.putIfAbsent(curandStatus.stringFor(code), code);
        }
    }

    private CudaCalls() {}

    /** The code that a call of JCuda returns, or would return if it did not throw. */
    public static int code(IntSupplier call) {
        try {
            return call.getAsInt();
        } catch (CudaException thrown) {
            return CODES.getOrDefault(thrown.getMessage(), CUresult.CUDA_ERROR_UNKNOWN);
        }
    }

    /** Throws unless a driver call succeeded. */
    public static void check(IntSupplier call, String operation) {
        check(code(call), operation);
    }

    /** Throws unless a driver call succeeded. */
    public static void check(int code, String operation) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure(code, operation);
        }
    }

    /** Throws unless a cuBLAS call succeeded. */
    public static void checkCublas(IntSupplier call, String operation) {
        checkCublas(code(call), operation);
    }

    /** Throws unless a cuBLAS call succeeded. */
    public static void checkCublas(int status, String operation) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            String message = operation + " failed: " + cublasStatus.stringFor(status) + "; ";
            if (status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED) {
                throw new OutOfDeviceMemoryException(message + MEMORY_REMEDY, null);
            }
            throw new DeviceException(
                    message
                            + switch (status) {
                                case cublasStatus.CUBLAS_STATUS_NOT_INITIALIZED,
                                        cublasStatus.CUBLAS_STATUS_ARCH_MISMATCH,
                                        cublasStatus.CUBLAS_STATUS_NOT_SUPPORTED ->
                                    "this cuBLAS does not work with this driver or GPU; install the cuBLAS of CUDA 12";
                                case cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED ->
                                    "the GPU failed in it, or in an operation enqueued before";
                                default -> "see the status in NVIDIA's documentation of cuBLAS";
                            },
                    null);
        }
    }

    /** Throws unless a cuRAND call succeeded. */
    public static void checkCurand(IntSupplier call, String operation) {
        checkCurand(code(call), operation);
    }

    /** Throws unless a cuRAND call succeeded. */
    public static void checkCurand(int status, String operation) {
        if (status != curandStatus.CURAND_STATUS_SUCCESS) {
            throw new DeviceException(
                    operation + " failed: " + curandStatus.stringFor(status)
                            + "; see the status in NVIDIA's documentation of cuRAND",
                    null);
        }
    }

    /** Throws unless a driver call that opening the device needs succeeded. */
    static void require(IntSupplier call, String operation) {
        int code = code(call);
        if (code != CUresult.CUDA_SUCCESS) {
            throw new DeviceUnavailableException(
                    "device cuda cannot be had: " + operation + " failed: " + name(code) + "; " + remedy(code), null);
        }
    }

    /** The exception for a driver call that failed. */
    public static DeviceException failure(int code, String operation) {
        String message = operation + " failed: " + name(code) + "; " + remedy(code);
        return code == CUresult.CUDA_ERROR_OUT_OF_MEMORY
                ? new OutOfDeviceMemoryException(message, null)
                : new DeviceException(message, null);
    }

    /** Whether the code means that the context is lost: no later call of the process can use it. */
    private static boolean losesContext(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_EXTERNAL_DEVICE -> true;
            default -> false;
        };
    }

    /** The driver's name of a code, with its number. */
    private static String name(int code) {
        return CUresult.stringFor(code) + " (" + code + ")";
    }

    /** Cause and remedy, in a line. */
    private static String remedy(int code) {
        if (losesContext(code)) {
            return "the GPU failed in an operation enqueued before, if not in this one; the context is lost:"
                    + " restart the process, and run it under compute-sanitizer if this happens again";
        }
        return switch (code) {
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> MEMORY_REMEDY;
            case CUresult.CUDA_ERROR_NO_DEVICE ->
                "the driver sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES, or use the CPU";
            case CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE, CUresult.CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED ->
                "the GPU is busy with other programs, or in exclusive mode; end them, or use the CPU";
            case CUresult.CUDA_ERROR_STUB_LIBRARY ->
                "the libcuda that was loaded is a toolkit's stub; put the driver's own first in the search";
            case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
                    CUresult.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE,
                    CUresult.CUDA_ERROR_SYSTEM_NOT_READY ->
                "driver and kernel module do not fit together; reboot, or install the driver anew";
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
                    CUresult.CUDA_ERROR_INVALID_IMAGE ->
                "the driver cannot compile the kernels for this GPU; install a driver of CUDA 12.0 or later";
            case CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND ->
                "the driver does not find its compiler, libnvidia-ptxjitcompiler.so.1 on Linux; add the driver's folder to"
                        + " LD_LIBRARY_PATH, or install the driver anew";
            case CUresult.CUDA_ERROR_JIT_COMPILATION_DISABLED ->
                "compilation by the driver is switched off; unset CUDA_DISABLE_PTX_JIT";
            case CUresult.CUDA_ERROR_INVALID_CONTEXT,
                    CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
                    CUresult.CUDA_ERROR_DEINITIALIZED ->
                "the GPU's primary context is gone, reset by something else in this process; restart the process";
            case CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES ->
                "a block needs more registers, shared memory or threads than this GPU has; use the CPU";
            case CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED ->
                "other code in this process waited for the whole GPU meanwhile; try again, or run without graphs";
            default -> "see the code in NVIDIA's documentation of the CUDA driver API";
        };
    }
}
