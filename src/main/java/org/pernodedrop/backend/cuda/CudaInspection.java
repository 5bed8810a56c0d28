package org.pernodedrop.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.kernels.cuda.PtxModule;

/** What the driver tells of its GPUs, and what it makes of the kernels; for diagnoses, after {@link CudaLibraries#load}. */
public final class CudaInspection implements AutoCloseable {
    private static final double NANOS = 1e9;

    private final CudaContext context;

    /**
     * Starts CUDA on the first GPU.
     *
     * @throws org.pernodedrop.driver.DeviceUnavailableException if there is none that the kernels run on
     */
    public CudaInspection() {
        CudaLibraries.load();
        context = new CudaContext();
    }

    /** The CUDA version that the driver serves. */
    public String driver() {
        return "serves CUDA " + DeviceFacts.cuda(context.facts().driverVersion());
    }

    /** Name, compute capability and memory of every GPU; the first is the one that is used. */
    public List<String> devices() {
        long[] free = {0};
        long[] total = {0};
        CudaCalls.check(JCudaDriver.cuMemGetInfo(free, total), "asking for the GPU's memory");
        List<String> devices = new ArrayList<>();
        for (DeviceFacts facts : CudaContext.allFacts()) {
            String memory = devices.isEmpty() ? ", " + Bytes.of(free[0]) + " of it free" : ", not used";
            devices.add(facts.device() + memory);
        }
        return devices;
    }

    /** Whether the first GPU is the simulated device of tests. */
    public boolean simulated() {
        return context.facts().simulated();
    }

    /**
     * Loads and unloads every module of kernels, and tells how long that took.
     *
     * @throws org.pernodedrop.driver.DeviceException if the driver refuses one
     */
    public String loadModules() {
        long slowest = 0;
        PtxModule slow = null;
        long begin = System.nanoTime();
        for (PtxModule module : PtxModule.values()) {
            long start = System.nanoTime();
            CUmodule loaded = CudaKernels.load(module);
            long time = System.nanoTime() - start;
            CudaCalls.check(JCudaDriver.cuModuleUnload(loaded), "unloading " + module.fileName());
            if (time >= slowest) {
                slowest = time;
                slow = module;
            }
        }
        return String.format(
                Locale.ROOT,
                "%d modules loaded in %.2f s, the slowest %s in %.2f s",
                PtxModule.values().length,
                (System.nanoTime() - begin) / NANOS,
                slow.fileName(),
                slowest / NANOS);
    }

    @Override
    public void close() {
        context.close();
    }
}
