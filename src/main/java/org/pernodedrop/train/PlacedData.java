package org.pernodedrop.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/**
 * The parts of a data set, placed for training: all in device memory, or all streamed from the host.
 *
 * @param onDevice whether they are in device memory
 * @param train for training
 * @param validation for decisions during training
 * @param test for one evaluation at the end
 */
public record PlacedData(boolean onDevice, BatchSource train, BatchSource validation, Optional<BatchSource> test)
        implements AutoCloseable {
    /** Data leaves 1/{@value} of the device's memory free for batches, kernels and libraries. */
    static final int MARGIN = 16;

    private static final double MEBIBYTE = 1 << 20;

    /**
     * Places a data set, owned by the caller. Call it after the network has allocated its memory.
     *
     * @param notice receives one line if the data is streamed for lack of device memory
     * @throws OutOfDeviceMemoryException if device memory was requested and does not suffice
     */
    public static PlacedData place(Backend backend, DataSplit split, DataOnDevice wanted, Consumer<String> notice) {
        if (wanted == DataOnDevice.NO) {
            return onHost(backend, split);
        }
        long needed = bytes(split);
        Memory.Use memory = backend.memory().use();
        long room = memory.free() + memory.reserved() - memory.used();
        String sizes = String.format(
                Locale.ROOT,
                "data %.1f MiB, free %.1f MiB of %.1f MiB",
                needed / MEBIBYTE,
                room / MEBIBYTE,
                memory.total() / MEBIBYTE);
        if (wanted == DataOnDevice.YES) {
            try {
                return onDevice(backend, split);
            } catch (OutOfDeviceMemoryException e) {
                throw new OutOfDeviceMemoryException(
                        "the data does not fit on the device beside the network; stream it from the host (--data-on-device auto or no): "
                                + sizes + " (" + e.getMessage() + ")",
                        e);
            }
        }
        if (needed <= room - memory.total() / MARGIN) {
            try {
                return onDevice(backend, split);
            } catch (OutOfDeviceMemoryException e) {
                // The free memory is fragmented, or another process took it: stream the data.
            }
        }
        notice.accept("data: stays on the host, copied batch by batch, for lack of room on the device: " + sizes);
        return onHost(backend, split);
    }

    private static long bytes(DataSplit split) {
        return DeviceResidentDataset.bytes(split.train())
                + DeviceResidentDataset.bytes(split.validation())
                + split.test().map(DeviceResidentDataset::bytes).orElse(0L);
    }

    private static PlacedData onHost(Backend backend, DataSplit split) {
        return new PlacedData(
                false,
                new StreamedDataset(backend, split.train()),
                new StreamedDataset(backend, split.validation()),
                split.test().map(part -> new StreamedDataset(backend, part)));
    }

    private static PlacedData onDevice(Backend backend, DataSplit split) {
        List<Dataset> parts = new ArrayList<>(List.of(split.train(), split.validation()));
        split.test().ifPresent(parts::add);
        List<BatchSource> placed = new ArrayList<>();
        try {
            parts.forEach(part -> placed.add(new DeviceResidentDataset(backend, part)));
        } catch (RuntimeException | Error e) {
            placed.forEach(BatchSource::close);
            throw e;
        }
        return new PlacedData(
                true, placed.get(0), placed.get(1), placed.stream().skip(2).findFirst());
    }

    @Override
    public void close() {
        train.close();
        validation.close();
        test.ifPresent(BatchSource::close);
    }

    /** The memory that holds a data set during training. */
    public enum DataOnDevice {
        /** Device memory if it suffices, otherwise the host. */
        AUTO,
        /** Device memory; an error if it does not suffice. */
        YES,
        /** The host, copied batch by batch. */
        NO;

        /** The name on the command line and in files: lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
