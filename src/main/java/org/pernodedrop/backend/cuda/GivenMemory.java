package org.pernodedrop.backend.cuda;

import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL;
import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE;
import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR;

import jcuda.Pointer;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * What the driver knows of an allocation.
 *
 * @param ordinal number of its GPU
 * @param end address behind its last byte
 */
record GivenMemory(int ordinal, long end) {
    /** The allocation that an address lies in; null if that is none of a GPU's memory. */
    static GivenMemory at(long address) {
        CUdeviceptr pointer = DriverMemory.pointer(address);
        long[] value = new long[1];
        int code = CudaCalls.code(
                () -> JCudaDriver.cuPointerGetAttribute(Pointer.to(value), CU_POINTER_ATTRIBUTE_MEMORY_TYPE, pointer));
        // The driver writes 32 bits of some.
        if (code == CUresult.CUDA_ERROR_INVALID_VALUE || (int) value[0] != CUmemorytype.CU_MEMORYTYPE_DEVICE) {
            return null;
        }
        CudaCalls.check(code, "asking for a pointer's memory");
        int ordinal = (int) ask(CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, pointer);
        long start = ask(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, pointer);
        return new GivenMemory(ordinal, start + ask(CU_POINTER_ATTRIBUTE_RANGE_SIZE, pointer));
    }

    private static long ask(int attribute, CUdeviceptr pointer) {
        long[] value = new long[1];
        CudaCalls.check(
                () -> JCudaDriver.cuPointerGetAttribute(Pointer.to(value), attribute, pointer),
                "asking for a pointer's memory");
        return value[0];
    }

    boolean isOn(CUdevice device) {
        CUdevice own = new CUdevice();
        CudaCalls.check(() -> JCudaDriver.cuDeviceGet(own, ordinal), "looking at a GPU");
        return own.equals(device);
    }
}
