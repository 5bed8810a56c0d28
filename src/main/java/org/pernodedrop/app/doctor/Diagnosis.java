package org.pernodedrop.app.doctor;

import java.util.List;

/**
 * What was found on a machine.
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
}
