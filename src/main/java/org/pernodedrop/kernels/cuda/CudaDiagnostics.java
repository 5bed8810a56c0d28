package org.pernodedrop.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.driver.Bytes;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.CudaContext;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.driver.DriverMemory;

/** Diagnostics of CUDA: the driver, its GPUs, and whether it compiles the kernels. */
public final class CudaDiagnostics implements AutoCloseable {
    private static final double NANOS = 1e9;

    private final CudaContext context;

    /**
     * Starts CUDA on the first GPU.
     *
     * @throws org.pernodedrop.driver.DeviceUnavailableException if there is none that the kernels run on
     */
    public CudaDiagnostics() {
        CudaLibraries.load();
        context = new CudaContext();
    }

    /** The CUDA version that the driver serves. */
    public String driver() {
        return "serves CUDA " + DeviceProperties.cuda(context.properties().driverVersion());
    }

    /** Name, compute capability and memory of every GPU; the first is the one that is used. */
    public List<String> devices() {
        long free = DriverMemory.free();
        List<String> devices = new ArrayList<>();
        for (DeviceProperties properties : DeviceProperties.all()) {
            String memory = devices.isEmpty() ? ", " + Bytes.of(free) + " of it free" : ", not used";
            devices.add(properties.device() + memory);
        }
        return devices;
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
            CUmodule loaded = KernelModules.load(module);
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
