package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.pernodedrop.Refusal.contains;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Feeds bring every batch as it was filled in, in order, whatever is computed in between. */
public interface BatchFeedContract extends BackendFixture {
    private static void fill(BatchFeed feed, float[] features, int[] labels) {
        feed.features().put(features);
        feed.labels().put(labels);
    }

    private void submit(BatchFeed feed, int batch, int samples, int width) {
        fill(feed, Numbers.floats(batch, samples * width), Numbers.ints(batch, samples, 50));
        feed.submit();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 3", "13, 7, 25", "207, 33, 12"})
    default void batchesArriveAsTheyWereSent(int samples, int width, int batches) {
        int length = samples * width;
        DeviceFloats sum = backend().memory().allocate(length);
        float[] expected = new float[length];
        int last = (samples + 1) / 2;
        try (BatchFeed feed = backend().memory().newBatchFeed(length, samples)) {
            submit(feed, 0, samples, width);
            for (int batch = 0; batch < batches; batch++) {
                int count = batch == batches - 1 ? last : samples;
                if (batch + 1 < batches) {
                    submit(feed, batch + 1, batch + 1 == batches - 1 ? last : samples, width);
                }
                Guarded x = empty(count * width);
                DeviceInts labels = backend().memory().allocateInts(samples + 2);
                feed.receive(x.buffer, labels.slice(1, count));
                backend().vectors().axpy(1, x.buffer, sum.slice(0, (long) count * width));
                float[] sent = Numbers.floats(batch, count * width);
                for (int k = 0; k < sent.length; k++) {
                    expected[k] += sent[k];
                }
                if (batch % 3 == 0) {
                    assertArrayEquals(sent, x.read(), "batch " + batch);
                    int[] around = new int[samples + 2];
                    System.arraycopy(Numbers.ints(batch, count, 50), 0, around, 1, count);
                    assertArrayEquals(around, read(labels, 50), "batch " + batch);
                }
            }
            assertArrayEquals(expected, backend().memory().download(sum));
        }
    }

    @Test
    default void bothSlotsHoldABatch() {
        DeviceFloats x = backend().memory().allocate(2);
        DeviceInts labels = backend().memory().allocateInts(1);
        try (BatchFeed feed = backend().memory().newBatchFeed(2, 1)) {
            for (int round = 0; round < 5; round++) {
                fill(feed, new float[] {round, 1}, new int[] {1});
                feed.submit();
                fill(feed, new float[] {round, 2}, new int[] {2});
                feed.submit();
                for (int k = 1; k <= 2; k++) {
                    feed.receive(x, labels);
                    assertArrayEquals(new float[] {round, k}, backend().memory().download(x));
                    assertArrayEquals(new int[] {k}, read(labels, 3));
                }
            }
        }
    }

    @Test
    default void whatWasReceivedStaysWhileMoreIsFilledIn() {
        int length = 4096;
        DeviceFloats x = backend().memory().allocate(length);
        DeviceInts labels = backend().memory().allocateInts(1);
        float[] ones = new float[length];
        Arrays.fill(ones, 1);
        float[] rubbish = new float[length];
        Arrays.fill(rubbish, Float.NaN);
        try (BatchFeed feed = backend().memory().newBatchFeed(length, 1)) {
            for (int round = 0; round < 8; round++) {
                fill(feed, ones, new int[1]);
                feed.submit();
                feed.receive(x, labels);
                for (int k = 0; k < BatchFeed.SLOTS; k++) {
                    fill(feed, rubbish, new int[1]);
                    feed.submit();
                }
                assertArrayEquals(ones, backend().memory().download(x));
                feed.receive(x, labels);
                feed.receive(x, labels);
            }
        }
    }

    @Test
    default void slotsAreWholeEveryTime() {
        try (BatchFeed feed = backend().memory().newBatchFeed(6, 3)) {
            for (int round = 0; round < 3; round++) {
                assertEquals(6, feed.features().remaining());
                assertEquals(3, feed.labels().remaining());
                assertFalse(feed.features().isReadOnly());
                fill(feed, new float[] {1, 2}, new int[] {3});
                assertEquals(0, feed.features().position());
                feed.submit();
                feed.receive(backend().memory().allocate(6), backend().memory().allocateInts(3));
            }
        }
    }

    @Test
    default void feedsDontAffectEachOther() {
        DeviceFloats x = backend().memory().allocate(1);
        DeviceInts labels = backend().memory().allocateInts(1);
        try (BatchFeed one = backend().memory().newBatchFeed(1, 1);
                BatchFeed two = backend().memory().newBatchFeed(1, 1)) {
            fill(one, new float[] {1}, new int[] {1});
            fill(two, new float[] {2}, new int[] {2});
            two.submit();
            one.submit();
            one.receive(x, labels);
            assertArrayEquals(new float[] {1}, backend().memory().download(x));
            two.receive(x, labels);
            assertArrayEquals(new float[] {2}, backend().memory().download(x));
        }
    }

    @Test
    default void moreThanItHoldsIsRefused() {
        DeviceFloats x = backend().memory().allocate(1);
        DeviceInts labels = backend().memory().allocateInts(1);
        try (BatchFeed feed = backend().memory().newBatchFeed(1, 1)) {
            contains(IllegalStateException.class, "submitted=0", () -> feed.receive(x, labels));
            for (int k = 1; k <= 2; k++) {
                fill(feed, new float[] {k}, new int[] {k});
                feed.submit();
            }
            contains(IllegalStateException.class, "=2", feed::features);
            contains(IllegalStateException.class, "=2", feed::labels);
            contains(IllegalStateException.class, "=2", feed::submit);
            feed.receive(x, labels);
            assertArrayEquals(new float[] {1}, backend().memory().download(x));
            feed.receive(x, labels);
            assertArrayEquals(new float[] {2}, backend().memory().download(x));
            assertThrows(IllegalStateException.class, () -> feed.receive(x, labels));
        }
    }

    @Test
    default void wrongBuffersAreRefusedAndLeaveTheBatch() {
        DeviceFloats x = backend().memory().allocate(3);
        DeviceInts labels = backend().memory().allocateInts(3);
        DeviceFloats gone = backend().memory().allocate(1);
        gone.close();
        try (BatchFeed feed = backend().memory().newBatchFeed(2, 1)) {
            fill(feed, new float[] {4, 5}, new int[] {6});
            feed.submit();
            String longer = "features must be no longer than the feed's slots: features.length=3, slot=2";
            contains(IllegalArgumentException.class, longer, () -> feed.receive(x, labels.slice(0, 1)));
            contains(
                    IllegalArgumentException.class,
                    "labels.length=3, slot=1",
                    () -> feed.receive(x.slice(0, 2), labels));
            contains(IllegalArgumentException.class, "features must not be null", () -> feed.receive(null, labels));
            contains(IllegalStateException.class, "features was closed", () -> feed.receive(gone, labels.slice(0, 1)));
            feed.receive(x.slice(0, 2), labels.slice(0, 1));
            assertArrayEquals(new float[] {4, 5, 0}, backend().memory().download(x));
        }
        contains(IllegalArgumentException.class, "features must be at least 1: features=0", () -> backend()
                .memory()
                .newBatchFeed(0, 1));
        contains(IllegalArgumentException.class, "labels must be at least 1: labels=-1", () -> backend()
                .memory()
                .newBatchFeed(1, -1));
    }

    @Test
    default void closedFeedsAreRefused() {
        DeviceFloats x = backend().memory().allocate(1);
        DeviceInts labels = backend().memory().allocateInts(1);
        BatchFeed feed = backend().memory().newBatchFeed(1, 1);
        feed.submit();
        feed.close();
        feed.close();
        String message = "the feed was closed";
        contains(IllegalStateException.class, message, feed::features);
        contains(IllegalStateException.class, message, feed::labels);
        contains(IllegalStateException.class, message, feed::submit);
        contains(IllegalStateException.class, message, () -> feed.receive(x, labels));
    }
}
