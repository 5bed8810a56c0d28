package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.kernels.ConnectionShape;

class ShapeTextTest {
    @Test
    void shapesAreReadAsTheyAreWritten() {
        ConnectionShape flat = ConnectionShape.of(128, 784, 256);
        assertEquals(flat, ShapeText.parse("128x784x256"));
        assertEquals(flat, ShapeText.parse("128x1x784x256"));
        assertEquals("128x784x256", ShapeText.of(flat));
        ConnectionShape sequence = new ConnectionShape(32, 512, 1024, 4096);
        assertEquals(sequence, ShapeText.parse("32x512x1024x4096"));
        assertEquals("32x512x1024x4096", ShapeText.of(sequence));
    }

    @ParameterizedTest
    @CsvSource({
        "128x784, SAMPLESxINPUTSxOUTPUTS",
        "1x2x3x4x5, SAMPLESxINPUTSxOUTPUTS",
        "1x-2x3, SAMPLESxINPUTSxOUTPUTS",
        "'', SAMPLESxINPUTSxOUTPUTS",
        "1x0x3, at least 1",
        "1x2x2147483648, below 2^31",
        "65536x65536x2x2, below 2^31"
    })
    void otherTextsAreRefused(String text, String part) {
        String said = assertThrows(IllegalArgumentException.class, () -> ShapeText.parse(text))
                .getMessage();
        assertTrue(said.contains(part), said);
        assertTrue(said.endsWith("shape=" + text), said);
    }

    @Test
    void growthIsOverThreeDecadesOfEachSize() {
        Set<ConnectionShape> shapes = Set.copyOf(Suite.GROWTH.shapes());
        assertEquals(Suite.GROWTH.shapes().size(), shapes.size());
        for (int size : new int[] {8, 32, 128, 512, 2048, 8192}) {
            assertTrue(shapes.contains(ConnectionShape.of(size, 512, 512)));
            assertTrue(shapes.contains(ConnectionShape.of(128, size, 512)));
            assertTrue(shapes.contains(ConnectionShape.of(128, 512, size)));
            assertTrue(shapes.contains(new ConnectionShape(16, size / 8, 256, 512)));
        }
    }

    @Test
    void suitesAreTheListsOfTheirNames() {
        assertEquals(Set.of("128x2304x256", "128x784x256"), texts(Suite.PAPER));
        assertEquals(Set.of("128x4096x4096", "1024x4096x4096"), texts(Suite.WIDE));
        assertEquals(Set.of("32x512x1024x4096"), texts(Suite.SEQUENCE));
    }

    private static Set<String> texts(Suite suite) {
        return suite.shapes().stream().map(ShapeText::of).collect(Collectors.toSet());
    }
}
