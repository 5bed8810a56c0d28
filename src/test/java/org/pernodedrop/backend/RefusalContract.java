package org.pernodedrop.backend;

import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every wrong call of a backend, and its error message. */
public interface RefusalContract extends BackendFixture {
    @TestFactory
    default List<DynamicTest> wrongArgumentsAreRefused() {
        return new PlainRefusals(backend()).wrong();
    }

    @TestFactory
    default List<DynamicTest> wrongArgumentsWithMasksAreRefused() {
        return new MaskRefusals(backend()).wrong();
    }

    @TestFactory
    default List<DynamicTest> wrongArgumentsOnImagesAreRefused() {
        return new ImageRefusals(backend()).wrong();
    }

    @TestFactory
    default List<DynamicTest> closedBuffersAreRefused() {
        return new PlainRefusals(backend()).afterClose();
    }
}
