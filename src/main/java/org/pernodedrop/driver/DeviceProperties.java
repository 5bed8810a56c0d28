package org.pernodedrop.driver;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/**
 * Properties of a GPU and of its driver.
 *
 * @param name of the GPU
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param multiprocessors of the GPU
 * @param memory in bytes
 * @param driverVersion the CUDA version that the driver serves, 1000 major + 10 minor
 */
public record DeviceProperties(String name, int major, int minor, int multiprocessors, long memory, int driverVersion) {
    private static final int MIN_MAJOR = 8;
    /** What cuBLAS 12 needs; the kernels alone would take CUDA 11.8. */
    private static final int MIN_DRIVER = 12_000;

    private static final int NAME_BYTES = 256;

    /**
     * The properties of a GPU; CUDA was started.
     *
     * @throws DeviceUnavailableException if the driver refuses to tell them
     */
    static DeviceProperties of(CUdevice device) {
        byte[] name = new byte[NAME_BYTES];
        CudaCalls.require(() -> JCudaDriver.cuDeviceGetName(name, name.length, device), "asking for the GPU's name");
        long[] memory = new long[1];
        CudaCalls.require(() -> JCudaDriver.cuDeviceTotalMem(memory, device), "asking for the GPU's memory");
        int[] version = new int[1];
        CudaCalls.require(() -> JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return new DeviceProperties(
                new String(name, 0, end, StandardCharsets.UTF_8),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device),
                memory[0],
                version[0]);
    }

    /**
     * The properties of every GPU that the driver shows, in its order; CUDA was started.
     *
     * @throws DeviceUnavailableException if the driver refuses to tell them
     */
    public static List<DeviceProperties> all() {
        List<DeviceProperties> all = new ArrayList<>();
        int count = count();
        for (int number = 0; number < count; number++) {
            CUdevice device = new CUdevice();
            int ordinal = number;
            CudaCalls.require(() -> JCudaDriver.cuDeviceGet(device, ordinal), "looking at GPU " + number);
            all.add(of(device));
        }
        return all;
    }

    /** How many GPUs the driver shows; CUDA was started. */
    static int count() {
        int[] count = new int[1];
        CudaCalls.require(() -> JCudaDriver.cuDeviceGetCount(count), "counting GPUs");
        return count[0];
    }

    private static int attribute(int attribute, CUdevice device) {
        int[] value = new int[1];
        CudaCalls.require(
                () -> JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "asking for the GPU's properties");
        return value[0];
    }

    /** Why the kernels cannot run, or null if they can. */
    String refusal() {
        if (driverVersion < MIN_DRIVER) {
            return "the driver must serve CUDA 12.0 or later; install a newer one: driver=CUDA " + cuda(driverVersion);
        }
        if (major < MIN_MAJOR) {
            return "the GPU must have compute capability 8.0 or later (Ampere and newer): GPU=" + name
                    + ", compute capability=" + major + "." + minor;
        }
        return null;
    }

    /** A version as the driver and cuBLAS 11 number them, as text. */
    public static String cuda(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Bytes of dynamic shared memory that a block can be given: CUDA Programming Guide, technical specifications. */
    public int sharedLimit() {
        if (major == MIN_MAJOR) {
            return (minor == 0 ? 163 : 99) << 10;
        }
        return (major < 12 ? 227 : 99) << 10;
    }

    /** The GPU without its driver. */
    public String device() {
        return String.format(
                Locale.ROOT,
                "%s, compute capability %d.%d, %d multiprocessors, %s",
                name,
                major,
                minor,
                multiprocessors,
                Bytes.of(memory));
    }

    @Override
    public String toString() {
        return device() + "; driver for CUDA " + cuda(driverVersion);
    }
}
