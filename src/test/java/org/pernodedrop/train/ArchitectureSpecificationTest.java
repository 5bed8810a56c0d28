package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureSpecificationTest {
    @ParameterizedTest
    @ValueSource(strings = {"mlp", "mlp:1", "mlp:512,13,207"})
    void specificationsAreWhatTheyName(String specification) {
        assertEquals(specification, Architecture.parse(specification).toString());
    }

    @Test
    void unitsComeInOrder() {
        assertEquals(Architecture.mlp(512, 13), Architecture.parse("mlp:512,13"));
        assertEquals(Architecture.mlp(), Architecture.parse("mlp"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "mlp:", "mlp:a", "mlp:1,", "mlp:,1", "mlp:-1", "mlp:0", "mlp:99999999999", "cnn", "512"})
    void othersAreRefused(String specification) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Architecture.parse(specification));
        assertTrue(e.getMessage().contains("network=" + specification), e.getMessage());
    }
}
