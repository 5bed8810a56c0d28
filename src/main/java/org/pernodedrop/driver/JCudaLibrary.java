package org.pernodedrop.driver;

/** The libraries of JCuda in use, and those of NVIDIA that they call. */
enum JCudaLibrary {
    /** The driver. */
    DRIVER("JCudaDriver", "jcuda.driver.JCudaDriver", "libcuda.so.1", "nvcuda.dll"),
    /** Matrix products, of CUDA 12. */
    CUBLAS("JCublas2", "jcuda.jcublas.JCublas2", "libcublas.so.12", "cublas64_12.dll"),
    /** Random numbers. */
    CURAND("JCurand", "jcuda.jcurand.JCurand", "libcurand.so.10", "curand64_10.dll");

    private final String baseName;
    private final String className;
    private final String linuxFile;
    private final String windowsFile;

    JCudaLibrary(String baseName, String className, String linuxFile, String windowsFile) {
        this.baseName = baseName;
        this.className = className;
        this.linuxFile = linuxFile;
        this.windowsFile = windowsFile;
    }

    /** The name of JCuda's native, without version and platform. */
    String baseName() {
        return baseName;
    }

    /** The class that calls it. */
    String className() {
        return className;
    }

    /** The file name of NVIDIA's library. */
    String nvidiaFile(boolean windows) {
        return windows ? windowsFile : linuxFile;
    }
}
