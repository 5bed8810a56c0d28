package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.train.PlacedData.DataOnDevice;

/** Placement of data, and what happens if memory does not suffice. */
class PlacedDataTest {
    private final WatchedBackend backend = new WatchedBackend(new CpuBackend(1));
    private final DataSplit split = DataSource.parse("vowel", null).load(3, 0.3, 207);
    private final long bytes = bytes(split);
    private final List<String> notices = new ArrayList<>();

    private static long bytes(DataSplit split) {
        int examples = split.train().examples()
                + split.validation().examples()
                + split.test().orElseThrow().examples();
        return examples * 4L * (split.train().featureCount() + 1);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private PlacedData place(DataOnDevice wanted) {
        return PlacedData.place(backend, split, wanted, notices::add);
    }

    private void assertNothingIsLeft() {
        assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
        assertEquals(0, backend.memory().use().used());
    }

    @ParameterizedTest
    @EnumSource
    void everyPartIsPlacedAndGivenBack(DataOnDevice wanted) {
        try (PlacedData data = place(wanted)) {
            boolean onDevice = wanted != DataOnDevice.NO;
            assertEquals(onDevice, data.onDevice());
            assertEquals(onDevice ? bytes : 0, backend.memory().use().used());
            for (BatchSource part :
                    List.of(data.train(), data.validation(), data.test().orElseThrow())) {
                assertEquals(onDevice, part instanceof DeviceResidentDataset);
                assertEquals(split.train().featureCount(), part.featureCount());
            }
            assertEquals(split.train().examples(), data.train().examples());
            assertEquals(split.validation().examples(), data.validation().examples());
            assertEquals(
                    split.test().orElseThrow().examples(),
                    data.test().orElseThrow().examples());
        }
        assertEquals(List.of(), notices);
        assertNothingIsLeft();
    }

    @Test
    void autoLeavesAMargin() {
        long margin = backend.memory().use().total() / PlacedData.MARGIN;
        for (long more : new long[] {0, -1}) {
            backend.pretendFree(bytes + margin + more);
            try (PlacedData data = place(DataOnDevice.AUTO)) {
                assertEquals(more == 0, data.onDevice());
            }
        }
        assertEquals(1, notices.size());
        assertTrue(notices.get(0).startsWith("data: stays on the host, copied batch by batch"), notices.get(0));
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void autoFallsBackWhenThereIsNoRoomAfterAll(int allocations) {
        backend.limitAllocations(allocations);
        try (PlacedData data = place(DataOnDevice.AUTO)) {
            assertFalse(data.onDevice());
            assertNothingIsLeft();
        }
        assertEquals(1, notices.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void yesNamesTheWayOut(int allocations) {
        backend.limitAllocations(allocations);
        String said = Refusal.message(OutOfDeviceMemoryException.class, () -> place(DataOnDevice.YES));
        assertTrue(said.contains("(--data-on-device auto or no)"), said);
        assertTrue(said.contains("nothing is left"), said);
        assertNothingIsLeft();
    }
}
