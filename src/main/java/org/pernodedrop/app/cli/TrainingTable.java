package org.pernodedrop.app.cli;

import java.util.Locale;
import java.util.Map;
import org.pernodedrop.train.RunReport;

/** What a run ends with on the screen. */
final class TrainingTable {
    private static final double MEBIBYTE = 1 << 20;

    private TrainingTable() {}

    static String of(Map<String, TrainingRun.Trained> trained, RunReport.DeviceUse use) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%-17s %6s %11s %15s %16s %20s %8s %8s%n",
                "regularizer",
                "epochs",
                "train loss",
                "train accuracy",
                "validation loss",
                "validation accuracy",
                "gap",
                "seconds"));
        trained.forEach((name, one) -> one.result()
                .ifPresent(result -> text.append(String.format(
                        Locale.ROOT,
                        "%-17s %6d %11.4f %15.4f %16.4f %20.4f %8.4f %8.1f%n",
                        name,
                        result.last().epoch(),
                        result.last().trainLoss(),
                        result.last().trainAccuracy(),
                        result.last().validationLoss(),
                        result.last().validationAccuracy(),
                        result.last().gap(),
                        result.seconds()))));
        trained.forEach((name, one) -> one.test()
                .ifPresent(totals -> text.append(String.format(
                        Locale.ROOT,
                        "%s, test part: loss %.4f, accuracy %.4f%s%n",
                        name,
                        totals.meanLoss(),
                        totals.accuracy(),
                        Double.isFinite(totals.meanLoss())
                                ? ""
                                : " (not every example has a finite output; those without count as wrong)"))));
        return text.append(String.format(
                        Locale.ROOT,
                        "%npeak device memory: %.1f MiB, data on the %s%n",
                        use.peakMemoryBytes() / MEBIBYTE,
                        use.dataOnDevice() ? "device" : "host"))
                .toString();
    }
}
