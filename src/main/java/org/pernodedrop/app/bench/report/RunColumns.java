package org.pernodedrop.app.bench.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pernodedrop.app.bench.Peaks;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.report.Numbers;

/** What a page tells of a run. */
final class RunColumns {
    private RunColumns() {}

    /** Values by their names. */
    static Map<String, String> of(RunRow run) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("command", run.command());
        facts.put("started", run.started());
        facts.put("commit", run.commit());
        facts.put("version", run.version());
        facts.put("computed by", run.backend());
        facts.put("host", run.processor());
        facts.put("operating system", run.operatingSystem());
        facts.put("Java", run.java());
        facts.put("threads on the CPU", Integer.toString(run.threads()));
        facts.put("precision of matrix products", run.matrixPrecision());
        facts.put("precision where positions share a mask", run.sequencePrecision());
        facts.put("timed for", Numbers.of(run.seconds()) + " s each");
        Peaks peaks = run.peaks();
        if (peaks != null) {
            facts.put(
                    "matrix product peak",
                    Numbers.prefixed(peaks.fp32MaddsPerSecond(), "multiply-adds/s in fp32")
                            + (peaks.tf32MaddsPerSecond() == null
                                    ? ""
                                    : ", " + Numbers.prefixed(peaks.tf32MaddsPerSecond(), "multiply-adds/s in tf32"))
                            + ": the fastest product of two square matrices of size " + peaks.productSize());
            facts.put(
                    "memory bandwidth",
                    Numbers.prefixed(peaks.bandwidth(), "B/s") + ": the fastest copy of "
                            + Numbers.bytes(peaks.copyBytes()) + ", reading and writing");
        }
        return facts;
    }
}
