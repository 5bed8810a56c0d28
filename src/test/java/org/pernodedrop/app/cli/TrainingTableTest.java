package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.train.RunReport;

class TrainingTableTest {
    @ParameterizedTest
    @CsvSource({
        "3, 'none, test part: loss 0.7500, accuracy 0.5000\n'",
        "NaN, 'none, test part: loss NaN, accuracy 0.5000 (not every example has a finite output; those without count'",
        "Infinity, 'loss Infinity, accuracy 0.5000 (not every example has a finite output'"
    })
    void testLossesThatAreNotFiniteAreExplained(double loss, String expected) {
        LossTotals test = new LossTotals(loss, 4, 2, Double.isFinite(loss) ? -1 : 0);
        TrainingRun.Trained one =
                new TrainingRun.Trained(null, List.of(), Optional.empty(), Optional.empty(), Optional.of(test));
        RunReport.DeviceUse use = new RunReport.DeviceUse(1 << 20, 0, false, false, MatrixPrecision.FP32);
        String table = TrainCommand.table(Map.of("none", one), use).replace(System.lineSeparator(), "\n");
        assertTrue(table.contains(expected), table);
    }
}
