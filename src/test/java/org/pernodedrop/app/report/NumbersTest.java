package org.pernodedrop.app.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void numbersHaveThreeDigits() {
        assertEquals("1,235", Numbers.of(1234.6));
        assertEquals("12.3", Numbers.of(12.34));
        assertEquals("0.012", Numbers.of(0.0123));
        assertEquals("0", Numbers.of(0));
        assertEquals("1.25 TB/s", Numbers.prefixed(1.25e12, "B/s"));
        assertEquals("98.0 MiB", Numbers.bytes(98 << 20));
    }
}
