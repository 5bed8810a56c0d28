package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.Refusal;

class DatasetTest {
    private static final List<String> NAMES = List.of("no", "yes");

    private static Dataset three() {
        return new Dataset("three", new float[] {1, 2, 3, 4, 5, 6}, new int[] {0, 1, 0}, new int[] {1, 2}, NAMES);
    }

    @Test
    void holdsWhatItWasGiven() {
        float[] features = {1, 2, 3, 4};
        int[] labels = {0, 1};
        Dataset data = new Dataset("two", features, labels, new int[] {2}, NAMES);
        assertSame(features, data.features());
        assertSame(labels, data.labels());
        assertEquals(2, data.examples());
        assertEquals(2, data.featureCount());
        assertEquals(2, data.classes());
        assertEquals(NAMES, data.classNames());
        assertEquals("two", data.name());
    }

    @Test
    void shapeIsCopied() {
        Dataset data = three();
        data.exampleShape()[0] = 9;
        assertArrayEquals(new int[] {1, 2}, data.exampleShape());
    }

    @Test
    void subsetTakesRowsInOrder() {
        Dataset subset = three().subset(new int[] {2, 0, 2});
        assertArrayEquals(new float[] {5, 6, 1, 2, 5, 6}, subset.features());
        assertArrayEquals(new int[] {0, 0, 0}, subset.labels());
        assertEquals(2, subset.classes());
        assertArrayEquals(new int[] {1, 2}, subset.exampleShape());
    }

    @Test
    void refusesWhatDoesNotAgree() {
        refused("features must hold examples * features = 2 * 2", () -> make(new float[3], new int[2], 2));
        refused("labels must hold at least one example", () -> make(new float[0], new int[0], 2));
        refused("labels must be in [0, 2): labels[1]=2", () -> make(new float[4], new int[] {0, 2}, 2));
        refused("labels must be in [0, 2): labels[0]=-1", () -> make(new float[4], new int[] {-1, 0}, 2));
        refused("features[1, 0]=NaN", () -> make(new float[] {0, 0, Float.NaN, 0}, new int[2], 2));
        refused("features[0, 1]=-Infinity", () -> make(new float[] {0, -1 / 0f, 0, 0}, new int[2], 2));
        refused("exampleShape=[0]", () -> make(new float[0], new int[2], 0));
        refused("exampleShape=[]", () -> make(new float[0], new int[2]));
        refused("exampleShape=[65536, 65536]", () -> make(new float[0], new int[2], 65536, 65536));
        refused("exampleShape=[-1, -2]", () -> make(new float[4], new int[2], -1, -2));
        refused("classNames", () -> new Dataset("", new float[1], new int[1], new int[] {1}, List.of()));
        refused("rows must be in [0, 3): rows[1]=3", () -> three().subset(new int[] {0, 3}));
        refused("rows must be in [0, 3): rows[0]=-1", () -> three().subset(new int[] {-1}));
        refused("at least one example", () -> three().subset(new int[0]));
    }

    @Test
    void partsOfASplitMustBeAlike() {
        Dataset other = new Dataset("x", new float[2], new int[1], new int[] {2}, NAMES);
        refused(
                "validation must have the example shape of train, [1, 2]: validation.exampleShape=[2]",
                () -> new DataSplit(three(), other, Optional.empty()));
        refused("test must have the example shape", () -> new DataSplit(three(), three(), Optional.of(other)));
        Dataset renamed = new Dataset("x", new float[2], new int[1], new int[] {1, 2}, List.of("a", "b"));
        refused(
                "validation must have the classes of train, [no, yes]: validation.classNames=[a, b]",
                () -> new DataSplit(three(), renamed, Optional.empty()));
    }

    @Test
    void moreThanAnArrayHoldsIsRefusedBeforeItIsAllocated() {
        Examples many = new Examples("big", (row, into, offset) -> {}, new int[3], new int[] {1 << 30}, NAMES);
        DataFiles.assertRefused(many::all, "big has 3 examples of 1073741824 features", "limit of at most 1 examples");
    }

    private static Dataset make(float[] features, int[] labels, int... shape) {
        return new Dataset("bad", features, labels, shape, NAMES);
    }

    private static void refused(String part, Executable action) {
        Refusal.contains(IllegalArgumentException.class, part, action);
    }
}
