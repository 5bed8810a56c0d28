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
 * The parts of a data set where training takes them from: all on the device, or all on the host.
 *
 * @param onDevice whether they lie on the device
 * @param train what is trained on
 * @param validation what decisions during training are made by
 * @param test what is used once, at the end
 */
public record PlacedData(boolean onDevice, BatchSource train, BatchSource validation, Optional<BatchSource> test)
        implements AutoCloseable {
    /** Share of the device's memory that data leaves free: for batches, and for what kernels and libraries need. */
    static final int MARGIN = 16;

    private static final double MEBIBYTE = 1 << 20;

    /**
     * Places a data set, owned by the caller; call it when the network has taken its room.
     *
     * @param notice told in one line if data is left on the host for lack of room
     * @throws OutOfDeviceMemoryException if the data was to be on the device and does not fit
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
                        "the data does not fit on the device beside the network; use --data-on-device auto or no: "
                                + sizes + " (" + e.getMessage() + ")",
                        e);
            }
        }
        if (needed <= room - memory.total() / MARGIN) {
            try {
                return onDevice(backend, split);
            } catch (OutOfDeviceMemoryException e) {
                // As if it had been known before: the room is not in one piece, or somebody else was faster.
            }
        }
        notice.accept("data: stays on the host, copied batch by batch, for lack of room on the device: " + sizes);
        return onHost(backend, split);
    }

    private static long bytes(DataSplit split) {
        return ResidentDataset.bytes(split.train())
                + ResidentDataset.bytes(split.validation())
                + split.test().map(ResidentDataset::bytes).orElse(0L);
    }

    private static PlacedData onHost(Backend backend, DataSplit split) {
        return new PlacedData(
                false,
                new FedDataset(backend, split.train()),
                new FedDataset(backend, split.validation()),
                split.test().map(part -> new FedDataset(backend, part)));
    }

    private static PlacedData onDevice(Backend backend, DataSplit split) {
        List<Dataset> parts = new ArrayList<>(List.of(split.train(), split.validation()));
        split.test().ifPresent(parts::add);
        List<BatchSource> placed = new ArrayList<>();
        try {
            parts.forEach(part -> placed.add(new ResidentDataset(backend, part)));
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
}
