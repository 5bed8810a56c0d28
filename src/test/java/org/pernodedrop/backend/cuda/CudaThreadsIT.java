package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** CUDA backends in several threads at once. */
class CudaThreadsIT extends OpenCudaBackend {
    private static final MaskSpec DROPPED = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);

    @Test
    void backendsInSeveralThreadsDontAffectEachOther() throws Exception {
        float[] expected = work(backend);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<float[]>> results = new ArrayList<>();
            for (int k = 0; k < 2; k++) {
                Callable<float[]> alone = () -> {
                    try (CudaBackend own = CudaDeviceUnderTest.open()) {
                        return work(own);
                    }
                };
                results.add(threads.submit(alone));
            }
            for (Future<float[]> result : results) {
                assertArrayEquals(expected, result.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Libraries that come and go wait for the whole GPU, which no capture survives. */
    @Test
    void backendsComeAndGoWhileAnotherCaptures() throws Exception {
        DeviceFloats x = backend.memory().allocate(1000);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> others = thread.submit(() -> {
                for (int k = 0; k < 5; k++) {
                    CudaDeviceUnderTest.open().close();
                }
            });
            int captured = 0;
            while (!others.isDone() || captured < 3) {
                try (CapturedGraph graph = backend.capture(() -> {
                    for (int k = 0; k < 100; k++) {
                        backend.vectors().axpy(1, x.slice(0, 500), x.slice(500, 500));
                    }
                    backend.vectors().fill(x, 1);
                })) {
                    graph.replay();
                }
                captured++;
            }
            others.get();
            assertEquals(1, backend.memory().download(x)[999]);
        } finally {
            thread.shutdownNow();
        }
    }

    private static float[] work(Backend backend) {
        StepState state = backend.memory().newStepState(5);
        LayerMask mask = new LayerMask(DROPPED, 0, state);
        DeviceFloats x = backend.memory().allocate(13 * 64);
        backend.memory().upload(Numbers.floats(1, 13 * 64), 0, x);
        DeviceFloats w = backend.memory().allocate(64 * 64);
        backend.randomFills().normal(3, 0, 0, 0.2f, w);
        DeviceFloats y = backend.memory().allocate(13 * 64);
        for (int step = 0; step < 5; step++) {
            backend.maskedProducts()
                    .forward(
                            new MaskDraw<>(mask, 0, ConnectionShape.of(13, 64, 64), null),
                            new ForwardPass<>(Activation.LINEAR, x, w, null, y, y));
            backend.vectors().copy(y, x);
            backend.optimizers().advance(state);
        }
        return backend.memory().download(x);
    }
}
