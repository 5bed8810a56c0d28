package org.pernodedrop.app.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A diagnosis as one JSON document. */
public final class DiagnosisJson {
    private DiagnosisJson() {}

    /**
     * {@code {"pernodedrop": version, "cpu": boolean, "cuda": boolean, "auto": the device that {@code --device auto} takes,
     * "findings": [{"subject", "verdict", "value", "problem", "remedy"}, ...]}}; the last three may be null.
     */
    public static String of(Diagnosis diagnosis, String version) throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode document = mapper.createObjectNode();
        document.put("pernodedrop", version);
        document.put("cpu", diagnosis.cpu());
        document.put("cuda", diagnosis.cuda());
        document.put("auto", diagnosis.cuda() && diagnosis.automatic() ? "cuda" : "cpu");
        var findings = document.putArray("findings");
        for (Finding finding : diagnosis.findings()) {
            findings.addObject()
                    .put("subject", finding.subject())
                    .put("verdict", finding.verdict().toString())
                    .put("value", finding.value())
                    .put("problem", finding.problem())
                    .put("remedy", finding.remedy());
        }
        return mapper.writeValueAsString(document);
    }
}
