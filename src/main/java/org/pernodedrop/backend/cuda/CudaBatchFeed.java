package org.pernodedrop.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.driver.CudaEvent;
import org.pernodedrop.driver.CudaStream;
import org.pernodedrop.driver.PinnedMemory;
import org.pernodedrop.io.Closer;

/**
 * Double-buffered upload of batches: two slots in page-locked memory and two on the GPU. A separate copy stream fills them
 * while the backend's stream computes; two events per slot mark when it was copied and when it was consumed.
 */
final class CudaBatchFeed implements BatchFeed, CommandQueue.Dependent {
    private final CommandQueue queue;
    private final DevicePool pool;
    private final int features;
    private final int labels;
    private final CudaStream copies;
    private final Slot[] slots = new Slot[SLOTS];
    private final Closer closer = new Closer();
    private long submitted;
    private long received;
    private boolean closed;

    /** Memory of a batch on host and GPU: features first, then labels. */
    private final class Slot {
        final PinnedMemory host;
        final ByteBuffer window;
        final DeviceBlock device;
        final CudaEvent copied;
        final CudaEvent taken;

        Slot(int bytes) {
            host = closer.own(new PinnedMemory(bytes, "a batch"), PinnedMemory::close);
            window = host.window(0, bytes);
            device = closer.own(pool.allocate(bytes, "a batch"), DeviceBlock::close);
            copied = closer.own(new CudaEvent(), CudaEvent::close);
            taken = closer.own(new CudaEvent(), CudaEvent::close);
            // The memory's previous owner may still use it in the backend's stream.
            taken.record(queue.stream());
        }
    }

    CudaBatchFeed(CommandQueue queue, DevicePool pool, int features, int labels) {
        this.queue = queue;
        this.pool = pool;
        this.features = features;
        this.labels = labels;
        long bytes = CudaBuffer.ELEMENT_BYTES * ((long) features + labels);
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a batch must be smaller than 2 GiB; use a smaller batch: features="
                    + features + ", labels=" + labels);
        }
        try {
            copies = closer.own(new CudaStream(), CudaStream::close);
            for (int k = 0; k < SLOTS; k++) {
                slots[k] = new Slot((int) bytes);
            }
            closer.add(() -> copies.await("waiting for a batch"));
        } catch (RuntimeException | Error failure) {
            closer.closeAfter(failure);
            throw failure;
        }
        queue.add(this);
    }

    @Override
    public FloatBuffer features() {
        return filling()
                .window
                .slice(0, features * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public IntBuffer labels() {
        return filling()
                .window
                .slice(features * Float.BYTES, labels * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
    }

    private Slot filling() {
        Slot slot = free();
        slot.copied.await("waiting for a batch");
        return slot;
    }

    @Override
    public void submit() {
        Slot slot = free();
        copies.waitFor(slot.taken);
        CudaCalls.check(
                () -> JCudaDriver.cuMemcpyHtoDAsync(slot.device.pointer, slot.host, slot.device.bytes, copies.handle),
                "uploading a batch");
        slot.copied.record(copies);
        submitted++;
    }

    @Override
    public void receive(DeviceFloats toFeatures, DeviceInts toLabels) {
        requireOpen();
        if (submitted == received) {
            throw new IllegalStateException("a batch must be submitted before it is received: submitted=" + submitted);
        }
        CudaFloats x = CudaFloats.of(toFeatures, pool);
        CudaInts y = CudaInts.of(toLabels, pool);
        BatchFeed.checkFits("features", toFeatures, features);
        BatchFeed.checkFits("labels", toLabels, labels);
        Slot slot = slots[(int) (received % SLOTS)];
        queue.stream().waitFor(slot.copied);
        queue.copy(slot.device.pointer, x.pointer, x.bytes());
        queue.copy(slot.device.pointer.withByteOffset((long) features * Float.BYTES), y.pointer, y.bytes());
        slot.taken.record(queue.stream());
        received++;
    }

    private Slot free() {
        requireOpen();
        if (submitted - received == SLOTS) {
            throw new IllegalStateException(
                    "all slots hold batches; receive one before the next: submitted and not received=" + SLOTS);
        }
        return slots[(int) (submitted % SLOTS)];
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the feed was closed before its use");
        }
        queue.enterOutsideCaptures("using a feed");
    }

    @Override
    public void close() {
        if (!closed) {
            queue.enterOutsideCaptures("closing a feed");
            release();
        }
    }

    /** The same, when the backend is closed. */
    @Override
    public void release() {
        if (!closed) {
            closed = true;
            queue.forget(this);
            closer.close();
        }
    }
}
