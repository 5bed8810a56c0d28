package org.pernodedrop.backend.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.io.Closer;

/**
 * The primary context of the first GPU, shared with whatever else in the process uses CUDA; CUDA_VISIBLE_DEVICES says
 * which GPU is the first. Retained for as long as it is open.
 */
final class CudaContext implements AutoCloseable {
    private static final int NAME_BYTES = 256;

    private final CUdevice device;
    private final DeviceFacts facts;
    private final CUcontext context = new CUcontext();
    private boolean closed;

    /** @throws DeviceUnavailableException if there is no GPU, or none that the kernels run on */
    CudaContext() {
        require(() -> JCudaDriver.cuInit(0), "starting CUDA");
        if (deviceCount() == 0) {
            throw unavailable("counting GPUs", CUresult.CUDA_ERROR_NO_DEVICE);
        }
        device = new CUdevice();
        require(() -> JCudaDriver.cuDeviceGet(device, 0), "choosing the first GPU");
        facts = facts(device);
        String refusal = facts.refusal();
        if (refusal != null) {
            throw new DeviceUnavailableException("device cuda cannot be had: " + refusal, null);
        }
        require(() -> JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "making a context on the GPU");
        try {
            enter();
        } catch (RuntimeException | Error e) {
            CudaCalls.code(() -> JCudaDriver.cuDevicePrimaryCtxRelease(device));
            throw e;
        }
    }

    static DeviceFacts facts(CUdevice device) {
        byte[] name = new byte[NAME_BYTES];
        require(() -> JCudaDriver.cuDeviceGetName(name, name.length, device), "asking for the GPU's name");
        long[] memory = new long[1];
        require(() -> JCudaDriver.cuDeviceTotalMem(memory, device), "asking for the GPU's memory");
        int[] version = new int[1];
        require(() -> JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return new DeviceFacts(
                new String(name, 0, end, StandardCharsets.UTF_8),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device),
                memory[0],
                version[0]);
    }

    /** Those of every GPU that the driver shows; CUDA was started. */
    static List<DeviceFacts> allFacts() {
        List<DeviceFacts> all = new ArrayList<>();
        int count = deviceCount();
        for (int number = 0; number < count; number++) {
            CUdevice device = new CUdevice();
            int ordinal = number;
            require(() -> JCudaDriver.cuDeviceGet(device, ordinal), "looking at GPU " + number);
            all.add(facts(device));
        }
        return all;
    }

    private static int deviceCount() {
        int[] count = new int[1];
        require(() -> JCudaDriver.cuDeviceGetCount(count), "counting GPUs");
        return count[0];
    }

    private static int attribute(int attribute, CUdevice device) {
        int[] value = new int[1];
        require(() -> JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "asking for the GPU's properties");
        return value[0];
    }

    private static void require(IntSupplier call, String operation) {
        int code = CudaCalls.code(call);
        if (code != CUresult.CUDA_SUCCESS) {
            throw unavailable(operation, code);
        }
    }

    private static DeviceUnavailableException unavailable(String operation, int code) {
        return new DeviceUnavailableException(
                "device cuda cannot be had: " + operation + " failed: " + CudaCalls.name(code) + "; "
                        + CudaCalls.remedy(code),
                null);
    }

    DeviceFacts facts() {
        return facts;
    }

    /** Makes the context the calling thread's current one; another user of CUDA may have put its own there. */
    void enter() {
        CudaCalls.check(() -> JCudaDriver.cuCtxSetCurrent(context), "entering the GPU's context");
    }

    /** Gives the context back; closing twice does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Closer closer = new Closer()) {
            closer.add(() -> CudaCalls.check(
                    () -> JCudaDriver.cuDevicePrimaryCtxRelease(device), "giving back the GPU's context"));
            // The driver leaves it the thread's current one even when that was its end.
            closer.add(() ->
                    CudaCalls.check(() -> JCudaDriver.cuCtxSetCurrent(new CUcontext()), "leaving the GPU's context"));
        }
    }
}
