package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.SelfCheck;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.LibraryFinding;

/** Without a GPU: the build lets the search find none. */
class DoctorCommandTest {
    @Test
    void theTableSaysWhatIsMissingAndWhatToDo() {
        Program program = Program.runLine("doctor");
        assertEquals(Main.FAILURE, program.code());
        assertEquals("", program.err());
        List<String> lines = program.out().lines().toList();
        String platform = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        assertEquals("platform                              ok       " + platform, lines.get(0));
        assertTrue(lines.get(1).startsWith("Java                                  ok       " + Runtime.version()));
        assertTrue(lines.get(2).startsWith("device cpu                            ok       cpu ("), lines.get(2));
        int next = 3;
        for (SelfCheck check : SelfCheck.values()) {
            String line = lines.get(next++);
            assertTrue(line.matches("cpu: " + check.title() + " +ok +right, \\d+\\.\\d{3} s"), line);
        }
        for (LibraryFinding finding : CudaLibraries.probe().findings()) {
            String line = lines.get(next++);
            if (finding.isUsable()) {
                assertTrue(line.matches(finding.name() + " +ok +.+"), line);
                continue;
            }
            String verdict = CudaLibraries.isOptional(finding) ? "note" : "problem";
            assertTrue(line.matches(finding.name() + " +" + verdict), line);
            assertEquals("    cause:  " + finding.problem(), lines.get(next++));
            assertEquals("    remedy: " + finding.remedy(), lines.get(next++));
        }
        assertEquals(
                List.of("", "--device cuda does not work here; --device cpu does."), lines.subList(next, lines.size()));
    }

    @Test
    void jsonIsOneDocument() throws IOException {
        Program program = Program.runLine("doctor --json");
        assertEquals(Main.FAILURE, program.code());
        JsonNode document = program.json();
        assertEquals(Version.current(), document.get("pernodedrop").asText());
        assertTrue(document.get("cpu").asBoolean());
        assertFalse(document.get("cuda").asBoolean());
        assertEquals("cpu", document.get("auto").asText());
        JsonNode first = document.get("findings").get(0);
        assertEquals("platform", first.get("subject").asText());
        assertEquals("ok", first.get("verdict").asText());
        assertTrue(first.get("problem").isNull() && first.get("remedy").isNull());
        LibraryFinding problem = CudaLibraries.probe().problem().orElseThrow();
        boolean told = false;
        for (JsonNode finding : document.get("findings")) {
            told |= finding.get("verdict").asText().equals("problem")
                    && finding.get("subject").asText().equals(problem.name())
                    && finding.get("problem").asText().equals(problem.problem())
                    && finding.get("remedy").asText().equals(problem.remedy());
        }
        assertTrue(told, program.out());
    }

    @Test
    void wrongUsageIsNotAFinding() {
        Program.runLine("doctor --jsonn").assertUsage("--jsonn", "pernodedrop doctor --help");
        Program.runLine("doctor now").assertUsage("now");
    }
}
