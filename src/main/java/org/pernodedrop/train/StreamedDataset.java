package org.pernodedrop.train;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.data.Dataset;

/** A data set on the host: each batch is copied to the device while that computes on the batch before. */
public final class StreamedDataset implements BatchSource {
    private final Backend backend;
    private final Dataset data;

    /** Allocates no device memory before {@link #batches}. */
    public StreamedDataset(Backend backend, Dataset data) {
        this.backend = backend;
        this.data = data;
    }

    @Override
    public int examples() {
        return data.examples();
    }

    @Override
    public int featureCount() {
        return data.featureCount();
    }

    @Override
    public Batches batches(int most) {
        return new StreamedBatches(backend, data, Math.min(most, data.examples()));
    }

    /** Does nothing: batches are owned by the caller of {@link #batches}. */
    @Override
    public void close() {}

    /** Batches gathered on the host, one ahead of the computation. */
    static final class StreamedBatches extends Batches {
        private final Dataset data;
        private final BatchFeed feed;
        private int[] order = {};
        private int sent;

        StreamedBatches(Backend backend, Dataset data, int most) {
            super(backend, most, data.featureCount());
            this.data = data;
            feed = workspace.newBatchFeed(most * data.featureCount(), most);
        }

        @Override
        void start(int[] rowNumbers, BatchSizes batchSizes) {
            // A pass that was not finished has left a batch in the feed.
            while (taken < sent) {
                receive();
            }
            order = rowNumbers;
            sizes = batchSizes;
            sent = 0;
            taken = 0;
            send();
        }

        @Override
        int next() {
            if (taken == order.length) {
                return 0;
            }
            send();
            return receive();
        }

        private void send() {
            int count = sizes.after(sent);
            if (count > 0) {
                FloatBuffer x = feed.features();
                IntBuffer y = feed.labels();
                int width = data.featureCount();
                for (int k = sent; k < sent + count; k++) {
                    x.put(data.features(), order[k] * width, width);
                    y.put(data.labels()[order[k]]);
                }
                feed.submit();
                sent += count;
            }
        }

        private int receive() {
            int count = sizes.after(taken);
            feed.receive(features().slice(0, (long) count * data.featureCount()), labels().slice(0, count));
            taken += count;
            return count;
        }

        /** Does nothing: {@link #next} has received the batch. */
        @Override
        void gather(int count) {}
    }
}
