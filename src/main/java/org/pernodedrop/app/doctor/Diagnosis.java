package org.pernodedrop.app.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.driver.LibraryFinding;

/**
 * The findings on a machine.
 *
 * @param findings in the order in which they were looked at
 * @param cpu whether the CPU computes right
 * @param cuda whether everything works that the CUDA backend needs
 * @param automatic whether {@code --device auto} may take the GPU
 */
public record Diagnosis(List<Finding> findings, boolean cpu, boolean cuda, boolean automatic) {
    /** Keeps a copy. */
    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /**
     * The diagnosis as one JSON document: {@code {"pernodedrop": version, "cpu": boolean, "cuda": boolean, "auto":
     * device of --device auto, "findings": [{"subject", "verdict", "value", "problem", "remedy"}, ...]}}; the last
     * three may be null.
     */
    public String json(String version) throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode document = mapper.createObjectNode();
        document.put("pernodedrop", version);
        document.put("cpu", cpu);
        document.put("cuda", cuda);
        document.put("auto", cuda && automatic ? "cuda" : "cpu");
        var lines = document.putArray("findings");
        for (Finding finding : findings) {
            lines.addObject()
                    .put("subject", finding.subject())
                    .put("verdict", finding.verdict().toString())
                    .put("value", finding.value())
                    .put("problem", finding.problem())
                    .put("remedy", finding.remedy());
        }
        return mapper.writeValueAsString(document);
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
        /** Result of an examination. */
        public enum Verdict {
            /** It works. */
            OK,
            /** It is missing but optional. */
            NOTE,
            /** It is required but missing or broken. */
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

        /** The finding about a library. */
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
