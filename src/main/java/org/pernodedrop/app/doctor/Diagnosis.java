package org.pernodedrop.app.doctor;

import java.util.List;
import java.util.Locale;
import org.pernodedrop.driver.LibraryFinding;

/**
 * What was found on a machine.
 *
 * @param findings in the order in which they were looked at
 * @param cpu whether the CPU computes right
 * @param cuda whether everything works that the CUDA backend needs
 * @param simulated whether the GPU is the simulated device of tests
 */
public record Diagnosis(List<Finding> findings, boolean cpu, boolean cuda, boolean simulated) {
    /** Keeps a copy. */
    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /**
     * One line of a diagnosis.
     *
     * @param subject what was looked at
     * @param verdict what became of it
     * @param value what was found, or null
     * @param problem what is wrong, in a line, or null
     * @param remedy what to do about it, in a line, or null where the problem says it
     */
    public record Finding(String subject, Verdict verdict, String value, String problem, String remedy) {
        /** What became of a subject. */
        public enum Verdict {
            /** It works. */
            OK,
            /** It is missing, and not needed. */
            NOTE,
            /** It is missing or broken, and needed. */
            PROBLEM;

            /** The name in tables and files: lower case. */
            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Finding ok(String subject, String value) {
            return new Finding(subject, Verdict.OK, value, null, null);
        }

        static Finding problem(String subject, String problem, String remedy) {
            return new Finding(subject, Verdict.PROBLEM, null, problem, remedy);
        }

        /** A failure, whose message names the cause and, behind a semicolon, the remedy. */
        static Finding failure(String subject, Throwable failure) {
            String message = failure.getMessage() == null ? failure.toString() : oneLine(failure.getMessage());
            int end = message.indexOf("; ");
            return end < 0
                    ? problem(subject, message, null)
                    : problem(subject, message.substring(0, end), message.substring(end + 2));
        }

        /** What became of a library. */
        static Finding of(LibraryFinding library, boolean needed) {
            Verdict failed = needed ? Verdict.PROBLEM : Verdict.NOTE;
            String version = library.version() == null ? "" : library.version() + ", ";
            String place = library.path() == null ? "found by the system's loader" : library.path();
            return new Finding(
                    library.name(),
                    library.isUsable() ? Verdict.OK : failed,
                    library.isUsable() ? version + place : library.path(),
                    library.problem(),
                    library.remedy());
        }

        private static String oneLine(String message) {
            return message.replaceAll("\\s*\\R\\s*", " ").strip();
        }
    }
}
