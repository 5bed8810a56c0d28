package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;

/** Arrays and batches on their way to the GPU: in pieces, and without a wait that is not needed. */
class CudaTransfersIT extends OpenCudaBackend {
    @ParameterizedTest
    @ValueSource(ints = {1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) + 1, (5 << 20) + 7})
    void transfersLargerThanTheStagingBufferArriveWhole(int length) {
        float[] sent = new float[length + 3];
        for (int k = 0; k < sent.length; k++) {
            sent[k] = k;
        }
        DeviceFloats x = backend.memory().allocate(length + 1).slice(1, length);
        backend.memory().upload(sent, 3, x);
        float[] got = new float[length + 2];
        backend.memory().download(x, got, 2);
        for (int k = 0; k < length; k++) {
            if (got[k + 2] != sent[k + 3]) {
                assertEquals(sent[k + 3], got[k + 2], "element " + k);
            }
        }
        assertEquals(0, got[0]);
        assertEquals(0, got[1]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void arraysMayBeWrittenToAsSoonAsAnUploadReturns(boolean asynchronous) {
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(asynchronous));
        int uploads = 700;
        int length = 4001;
        List<DeviceFloats> buffers = new ArrayList<>();
        float[] values = new float[length];
        for (int k = 0; k < uploads; k++) {
            DeviceFloats x = backend.memory().allocate(length);
            Arrays.fill(values, k);
            backend.memory().upload(values, 0, x);
            buffers.add(x);
        }
        Arrays.fill(values, Float.NaN);
        for (int k = 0; k < uploads; k++) {
            float[] got = backend.memory().download(buffers.get(k));
            assertEquals(k, got[0]);
            assertEquals(k, got[length - 1]);
        }
    }

    /** Nothing waits for the backend's stream here before all is enqueued. */
    @Test
    void batchesWaitUntilTheLastOfTheirSlotWasTaken() {
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(true));
        int batches = 12;
        int length = 1000;
        List<DeviceFloats> received = new ArrayList<>();
        DeviceInts labels = backend.memory().allocateInts(1);
        try (BatchFeed feed = backend.memory().newBatchFeed(length, 1)) {
            for (int k = 0; k < batches; k++) {
                float[] values = new float[length];
                Arrays.fill(values, k);
                feed.features().put(values);
                feed.submit();
                received.add(backend.memory().allocate(length));
                feed.receive(received.get(k), labels);
            }
        }
        for (int k = 0; k < batches; k++) {
            float[] got = backend.memory().download(received.get(k));
            assertEquals(k, got[0]);
            assertEquals(k, got[length - 1]);
        }
    }

    @Test
    void feedsWaitForWhoHadTheirMemoryBefore() {
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(true));
        int length = 1000;
        DeviceFloats x = backend.memory().allocate(length);
        DeviceInts labels = backend.memory().allocateInts(1);
        for (int k = 0; k < BatchFeed.SLOTS; k++) {
            try (DeviceFloats before = backend.memory().allocate(length + 1)) {
                backend.vectors().fill(before, Float.NaN);
            }
        }
        try (BatchFeed feed = backend.memory().newBatchFeed(length, 1)) {
            feed.features().put(new float[length]);
            feed.submit();
            feed.receive(x, labels);
            feed.submit();
            // Waits for the copy to the first slot, not for the backend's stream.
            feed.features();
            assertArrayEquals(new float[length], backend.memory().download(x));
        }
    }
}
