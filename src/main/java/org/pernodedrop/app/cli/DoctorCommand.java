package org.pernodedrop.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.PrintWriter;
import org.pernodedrop.app.doctor.Diagnosis;
import org.pernodedrop.app.doctor.Doctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: reports which devices of this machine work, and what is missing. */
@Command(
        name = "doctor",
        description = {
            "Looks for a GPU, its driver, NVIDIA's libraries and JCuda's, loads all kernels, and lets CPU and GPU compute"
                    + " what is known: masks of all kinds bit for bit, a layer, a matrix product, cuRAND's numbers.",
            "What is missing or wrong comes with its cause and a remedy."
        },
        footer = {
            "",
            "Exit codes: 0 if --device cuda works, 1 if not, 2 wrong usage.",
            "",
            "System properties: -Dpernodedrop.cuda.libraries=DIR names folders to search first, separated as in a class"
                    + " path; -Dpernodedrop.cuda.search=given searches no others;"
                    + " -Dpernodedrop.cuda.auto=false makes --device auto take the CPU."
        })
final class DoctorCommand extends ProgramCommand {
    @Option(names = "--json", description = "Print one JSON document instead of the table.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Diagnosis diagnosis = Doctor.examine();
        PrintWriter out = out();
        if (json) {
            out.print(diagnosis.json(Version.current()) + System.lineSeparator());
        } else {
            print(out, diagnosis);
        }
        return diagnosis.cuda() ? Main.OK : Main.FAILURE;
    }

    private static void print(PrintWriter out, Diagnosis diagnosis) {
        int width = diagnosis.findings().stream()
                .mapToInt(finding -> finding.subject().length())
                .max()
                .orElse(1);
        for (Diagnosis.Finding finding : diagnosis.findings()) {
            String value = finding.value() == null ? "" : finding.value();
            out.println(String.format("%-" + width + "s  %-7s  %s", finding.subject(), finding.verdict(), value)
                    .stripTrailing());
            printIndented(out, "cause: ", finding.problem());
            printIndented(out, "remedy:", finding.remedy());
        }
        out.println();
        if (!diagnosis.cuda()) {
            out.println("--device cuda does not work here; --device cpu " + (diagnosis.cpu() ? "does." : "neither."));
        } else if (!diagnosis.automatic()) {
            out.println("--device cuda works; --device auto takes the CPU, by -Dpernodedrop.cuda.auto=false.");
        } else {
            out.println("--device cuda works; --device auto takes it.");
        }
    }

    private static void printIndented(PrintWriter out, String name, String text) {
        if (text != null) {
            out.println("    " + name + " " + text);
        }
    }
}
