package org.pernodedrop.driver;

import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL;
import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_SIZE;
import static jcuda.driver.CUpointer_attribute.CU_POINTER_ATTRIBUTE_RANGE_START_ADDR;

import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The context that was current on the thread that opened this; it stays its owner's. */
public final class CallerContext {
    private final CUcontext context;
    private final CUdevice device = new CUdevice();
    private final DeviceProperties properties;

    /**
     * @throws IllegalStateException if the thread has no current context
     * @throws DeviceUnavailableException if the kernels don't run on its GPU
     */
    public CallerContext() {
        context = current();
        if (context.equals(new CUcontext())) {
            throw new IllegalStateException(
                    "the thread must have a current CUDA context, whose GPU is then used; make it current by"
                            + " cuCtxSetCurrent, or by any call of CUDA's runtime");
        }
        CudaCalls.check(() -> JCudaDriver.cuCtxGetDevice(device), "asking for the context's GPU");
        properties = DeviceProperties.of(device);
        if (properties.refusal() != null) {
            throw new DeviceUnavailableException("the kernels cannot run: " + properties.refusal(), null);
        }
    }

    private static CUcontext current() {
        CUcontext current = new CUcontext();
        int code = CudaCalls.code(() -> JCudaDriver.cuCtxGetCurrent(current));
        // Where nobody has started CUDA, there is no context either.
        if (code != CUresult.CUDA_ERROR_NOT_INITIALIZED) {
            CudaCalls.check(code, "asking for the current context");
        }
        return current;
    }

    /** The context's GPU. */
    public DeviceProperties properties() {
        return properties;
    }

    /** Refuses a thread whose current context is another one. */
    public void requireCurrent() {
        if (!context.equals(current())) {
            throw new IllegalStateException("the thread's current CUDA context must be the one that the kernels were"
                    + " opened in; make it current by cuCtxSetCurrent");
        }
    }

    /** Refuses a stream of another context. */
    public void requireOwn(CudaStream stream) {
        if (!context.equals(stream.context())) {
            throw new IllegalArgumentException("stream must be one of the context that the kernels were opened in");
        }
    }

    /** Refuses memory that is not this GPU's, or too small. */
    public void requireMemory(String name, long address, long bytes) {
        CUdeviceptr pointer = DriverMemory.pointer(address);
        long[] value = new long[1];
        int code = CudaCalls.code(
                () -> JCudaDriver.cuPointerGetAttribute(Pointer.to(value), CU_POINTER_ATTRIBUTE_MEMORY_TYPE, pointer));
        boolean unknown = code == CUresult.CUDA_ERROR_INVALID_VALUE;
        if (!unknown) {
            CudaCalls.check(code, "asking for a pointer's memory");
        }
        // The driver writes 32 bits of some attributes.
        if (unknown || (int) value[0] != CUmemorytype.CU_MEMORYTYPE_DEVICE) {
            throw new IllegalArgumentException(
                    name + " must lie in the GPU's memory; copy it there: " + name + "=0x" + Long.toHexString(address));
        }
        int number = (int) ask(CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, pointer);
        CUdevice owner = new CUdevice();
        CudaCalls.check(() -> JCudaDriver.cuDeviceGet(owner, number), "looking at a GPU");
        if (!owner.equals(device)) {
            throw new IllegalArgumentException(name + " must lie in the memory of the GPU that the kernels were opened"
                    + " on, " + properties.name() + ": " + name + "=0x" + Long.toHexString(address)
                    + ", its GPU's number=" + number);
        }
        long start = ask(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, pointer);
        long room = start + ask(CU_POINTER_ATTRIBUTE_RANGE_SIZE, pointer) - address;
        if (bytes > room) {
            throw new IllegalArgumentException(name + " is too small: from 0x" + Long.toHexString(address) + " on there"
                    + " are " + room + " bytes, needed=" + bytes);
        }
    }

    private static long ask(int attribute, CUdeviceptr pointer) {
        long[] value = new long[1];
        CudaCalls.check(
                () -> JCudaDriver.cuPointerGetAttribute(Pointer.to(value), attribute, pointer),
                "asking for a pointer's memory");
        return value[0];
    }

    /** Waits for everything that the context does. */
    public void synchronize(String operation) {
        CaptureLock.exclusive(() -> CudaCalls.check(() -> JCudaDriver.cuCtxSynchronize(), operation));
    }
}
