package org.pernodedrop.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.jcublas.JCublas2;
import jcuda.jcurand.JCurand;

/** Loads libraries into this process. */
final class JvmLoader implements NativeLoader {
    private static final Path MAPPINGS = Path.of("/proc/self/maps");
    private static final int PARTS = 3;

    private JCudaNatives natives;

    @Override
    public void load(Path file) {
        System.load(file.toString());
    }

    @Override
    public void load(JCudaLibrary library) {
        if (natives == null) {
            natives = new JCudaNatives();
        }
        natives.load(library.baseName(), library.className());
    }

    @Override
    public boolean isPresent(JCudaLibrary library) {
        return JCudaNatives.isPresent(library.baseName());
    }

    @Override
    public String version(JCudaLibrary library) {
        StringBuilder version = new StringBuilder();
        for (int part = 0; part < PARTS; part++) {
            int[] number = {-1};
            if (property(library, part, number) != 0 || number[0] < 0) {
                return null;
            }
            version.append(part == 0 ? "" : ".").append(number[0]);
        }
        return version.toString();
    }

    private static int property(JCudaLibrary library, int part, int[] number) {
        try {
            return switch (library) {
                case DRIVER -> -1;
                case CUBLAS -> JCublas2.cublasGetProperty(part, number);
                case CURAND -> JCurand.curandGetProperty(part, number);
            };
        } catch (CudaException e) {
            return -1;
        }
    }

    @Override
    public String pathOfLoaded(String fileName) {
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(path -> path.substring(path.lastIndexOf('/') + 1).startsWith(fileName))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        if (natives != null) {
            natives.close();
        }
    }
}
