package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvLineTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+cmd|' /C calc'!A0",
                "-2+3",
                "@SUM(A1)",
                "  =1",
                "\u00A0=1",
                "\uFF1D1",
                "-",
                "-0x10",
                "+1;=2",
                "-Infinity"
            })
    void formulasBecomeText(String text) {
        assertEquals("'" + text, CsvLine.field(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "+1", "-0.5", "1e-3", "-1E5", "a=b", "setosa", "", "3-4", "Größe", "\u0646\u200C\u0645"})
    void otherTextsStay(String text) {
        assertEquals(text, CsvLine.field(text));
    }

    @Test
    void eachRowIsOneLine() {
        assertEquals(
                "-0.5,a\\u000Ab,\"c,d\",,\"e \"\"f\"\"\",'=\\u000D,\\u0009=x,\\u202Eg,true\n",
                CsvLine.of(Arrays.asList(-0.5, "a\nb", "c,d", null, "e \"f\"", "=\r", "\t=x", "\u202Eg", true)));
        assertEquals("-7,NaN,h\\uD83D\n", CsvLine.of(List.of(-7, Double.NaN, "h\uD83D")));
    }
}
