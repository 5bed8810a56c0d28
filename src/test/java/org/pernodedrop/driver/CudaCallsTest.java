package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;
import jcuda.jcurand.curandStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaCallsTest {
    private static void says(Class<? extends DeviceException> kind, Executable call, String... parts) {
        DeviceException thrown = assertThrows(DeviceException.class, call);
        assertEquals(kind, thrown.getClass());
        for (String part : parts) {
            assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
        }
    }

    @Test
    void successIsSilent() {
        assertDoesNotThrow(() -> CudaCalls.check(() -> 0, "a test"));
        assertDoesNotThrow(() -> CudaCalls.checkCublas(() -> 0, "a test"));
        assertDoesNotThrow(() -> CudaCalls.checkCurand(() -> 0, "a test"));
    }

    @ParameterizedTest
    @CsvSource({
        "700, CUDA_ERROR_ILLEGAL_ADDRESS, restart the process",
        "719, CUDA_ERROR_LAUNCH_FAILED, restart the process",
        "214, CUDA_ERROR_ECC_UNCORRECTABLE, restart the process",
        "100, CUDA_ERROR_NO_DEVICE, CUDA_VISIBLE_DEVICES",
        "222, CUDA_ERROR_UNSUPPORTED_PTX_VERSION, CUDA 12.0",
        "221, CUDA_ERROR_JIT_COMPILER_NOT_FOUND, LD_LIBRARY_PATH",
        "901, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, without graphs",
        "709, CUDA_ERROR_CONTEXT_IS_DESTROYED, primary context is gone",
        "1, CUDA_ERROR_INVALID_VALUE, NVIDIA's documentation",
        "12345, 12345, NVIDIA's documentation"
    })
    void failuresSayOperationCodeAndRemedy(int code, String name, String remedy) {
        says(DeviceException.class, () -> CudaCalls.check(code, "a test"), "a test failed: ", name, remedy);
    }

    @Test
    void wantOfMemoryHasItsOwnException() {
        Class<OutOfDeviceMemoryException> kind = OutOfDeviceMemoryException.class;
        says(kind, () -> CudaCalls.check(CUresult.CUDA_ERROR_OUT_OF_MEMORY, "a test"), "smaller batch");
        int status = cublasStatus.CUBLAS_STATUS_ALLOC_FAILED;
        says(kind, () -> CudaCalls.checkCublas(status, "a test"), "CUBLAS_STATUS_ALLOC_FAILED", "smaller batch");
    }

    @Test
    void librariesHaveTheirOwnNames() {
        int arch = cublasStatus.CUBLAS_STATUS_ARCH_MISMATCH;
        says(DeviceException.class, () -> CudaCalls.checkCublas(arch, "x"), "x failed: CUBLAS_STATUS_ARCH", "CUDA 12");
        int launch = curandStatus.CURAND_STATUS_LAUNCH_FAILURE;
        says(DeviceException.class, () -> CudaCalls.checkCurand(launch, "x"), "x failed: CURAND_STATUS_LAUNCH_FAILURE");
    }

    /** Another user of JCuda in the process may have switched its exceptions on. */
    @Test
    void whatJCudaThrowsIsReadAsTheCodeItStandsFor() {
        for (int code : new int[] {1, 2, 100, 209, 700, 719, 999}) {
            assertEquals(code, CudaCalls.code(() -> {
                throw new CudaException(CUresult.stringFor(code));
            }));
        }
        for (int status : new int[] {1, 3, 7, 13, 15}) {
            assertEquals(status, CudaCalls.code(() -> {
                throw new CudaException(cublasStatus.stringFor(status));
            }));
        }
        for (int status : new int[] {100, 102, 201, 203, 204}) {
            assertEquals(status, CudaCalls.code(() -> {
                throw new CudaException(curandStatus.stringFor(status));
            }));
        }
        assertEquals(CUresult.CUDA_ERROR_UNKNOWN, CudaCalls.code(() -> {
            throw new CudaException("something else");
        }));
    }
}
