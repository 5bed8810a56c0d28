package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.BackendFixture;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Batches hold the rows in the given order, whether device-resident or streamed. */
class BatchesTest implements BackendFixture {
    private final WatchedBackend backend = new WatchedBackend(new CpuBackend(1));
    private final Dataset data =
            DataSource.parse("digits", null).load(3, 0.3, 100).train();
    private final int n = data.examples();
    private final int width = data.featureCount();

    enum Source {
        DEVICE_RESIDENT,
        STREAMED
    }

    @Override
    public WatchedBackend backend() {
        return backend;
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private BatchSource open(Source source) {
        return source == Source.DEVICE_RESIDENT
                ? new DeviceResidentDataset(backend, data)
                : new StreamedDataset(backend, data);
    }

    // Checks the first batches of a pass.
    private void assertPass(Batches batches, int[] order, int size, int most) {
        batches.start(order, size);
        int first = 0;
        for (int seen = 0; seen < most && first < order.length; seen++) {
            int count = batches.next();
            assertEquals(Math.min(size, order.length - first), count);
            batches.gather(count);
            Dataset expected = data.subset(Arrays.copyOfRange(order, first, first + count));
            assertArrayEquals(
                    expected.features(),
                    backend.memory().download(batches.features().slice(0, (long) count * width)));
            assertArrayEquals(expected.labels(), read(batches.labels().slice(0, count), data.classes()));
            first += count;
        }
        if (first == order.length) {
            assertEquals(0, batches.next());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DEVICE_RESIDENT, 1",
        "DEVICE_RESIDENT, 13",
        "DEVICE_RESIDENT, 1000",
        "STREAMED, 1",
        "STREAMED, 13",
        "STREAMED, 1000"
    })
    void everyRowComesInOrder(Source source, int size) {
        try (BatchSource open = open(source);
                Batches batches = open.batches(size)) {
            for (int epoch = 1; epoch <= 3; epoch++) {
                assertPass(batches, Permutation.of(n, 7, Permutation.SHUFFLE, epoch), size, n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void passesMayEndEarlyAndSizesChange(Source source) {
        try (BatchSource open = open(source);
                Batches batches = open.batches(50)) {
            int[] order = Permutation.of(n, 7, Permutation.SHUFFLE, 1);
            for (int seen = 0; seen < 4; seen++) {
                assertPass(batches, order, 13, seen);
                assertPass(batches, Arrays.copyOf(order, 33), 50 - seen, n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsAllocatedAfterTheStart(Source source) {
        try (BatchSource open = open(source);
                Batches batches = open.batches(13)) {
            int before = backend.buffers.size();
            batches.start(Permutation.of(n, 7, Permutation.SHUFFLE, 1), 13);
            for (int count = batches.next(); count > 0; count = batches.next()) {
                batches.gather(count);
            }
            assertEquals(before, backend.buffers.size());
        }
        assertEquals(0, backend.memory().use().used());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void whatDoesNotFitLeavesNothingBehind(int allocations) {
        for (Source source : Source.values()) {
            backend.limitAllocations(Integer.MAX_VALUE);
            try (BatchSource open = open(source)) {
                long before = backend.memory().use().used();
                backend.limitAllocations(source == Source.STREAMED ? allocations % 2 : allocations);
                assertThrows(OutOfDeviceMemoryException.class, () -> open.batches(13));
                assertEquals(before, backend.memory().use().used());
            }
        }
        assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
    }
}
