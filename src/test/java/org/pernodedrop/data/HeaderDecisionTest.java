package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** First rows, with | for a line break, above rows that are repeated up to twelve rows. */
class HeaderDecisionTest {
    private static final String DECIMALS = "|5.1,3.5,1.4,0.2,";

    private static HeaderDecision decide(String text, int label, List<String> names) {
        String[] lines = text.split("\\|");
        List<String[]> rows = new ArrayList<>();
        rows.add(lines[0].split(",", -1));
        for (int row = 0; row < 12; row++) {
            rows.add(lines[1 + row % (lines.length - 1)].split(",", -1));
        }
        return HeaderDecision.of(rows, label, names);
    }

    private static HeaderDecision labelled(String text) {
        return decide(text, text.split("\\|")[0].split(",", -1).length - 1, List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b,c,d,y" + DECIMALS + "0",
                "a,b,3,d,y" + DECIMALS + "s0",
                ",a,b,c,y" + DECIMALS + "s0",
                "a,?,c,d,y" + DECIMALS + "0",
            })
    void wordsAreAHeaderWithoutAWord(String text) {
        assertEquals(new HeaderDecision(true, Optional.empty()), labelled(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Headers of pandas, above text and above numbers.
                "0,1,2,3,species" + DECIMALS + "s0|4.9,3.1,1.5,0.1,s1",
                "0,1,2,3,4" + DECIMALS + "s0|4.9,3.1,1.5,0.1,s1",
                "0,1,2,3,4" + DECIMALS + "0|4.9,3.1,1.5,0.1,1",
                "0,1,2,3,4" + DECIMALS + "4|4.9,3.1,1.5,0.1,1",
                "0,1,2,3,4|5,3,1,0,1|4,9,1,1,0",
                "0,1,2,3,4,5,6,7|5,3,1,0,1,2,2,7|4,9,1,1,0,3,3,2",
                "1,2,3,4,5" + DECIMALS + "1",
                "0,1,2,3,target" + DECIMALS + "1",
                ",0,1,2,species|0,5.1,3.5,1.4,s0|1,4.9,3.1,1.5,s1",
                "index,0,1,2,species|0,5.1,3.5,1.4,s0|1,4.9,3.1,1.5,s1",
                "0,species|5.1,s0|4.9,s1",
                // Years, wavelengths, numbers of sensors.
                "1990,1991,1992,1993,land|5,3,1,2,s0|4,9,1,1,s1",
                "400.5,401,401.5,402,kind|5,3,1,2,s0|4,9,1,1,s1",
                "1990,1991,1992,1993,1994" + DECIMALS + "0|4.9,3.1,1.5,0.1,1",
                "17,3,105,8,kind" + DECIMALS + "s0|4.9,3.1,1.5,0.1,s1",
                "17,3,105,8,6" + DECIMALS + "0|4.9,3.1,1.5,0.1,1",
                // Numbers that look like data, but a label that does not.
                "2,9,4,1,kind|5,3,1,2,s0|4,9,1,1,s1",
            })
    void numbersAreAHeaderByWhatIsBelow(String text) {
        HeaderDecision decision = labelled(text);
        assertTrue(decision.header());
        assertTrue(decision.reason().isPresent(), "it is told");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5.1,3.5,1.4,0.2,s0" + DECIMALS + "s0|4.9,3.1,1.5,0.1,s1",
                "5,3,1,2,s0" + DECIMALS + "s0|4.9,3.1,1.5,0.1,s1",
                "5.1,3.5,1.4,0.2,0" + DECIMALS + "0|4.9,3.1,1.5,0.1,1",
                "5,3,1,2,0" + DECIMALS + "0|4.9,3.1,1.5,0.1,1",
                "5.1,x,1.4,0.2,s0" + DECIMALS + "s0",
                "5.1,?,1.4,0.2,s0" + DECIMALS + "s0",
                "?,?,?,0.2,s0" + DECIMALS + "s0",
                ",,,0.2,s0" + DECIMALS + "s0",
                // A label that is rare among rare labels.
                "5,3,1,2,rare|5,3,1,2,s0|4,9,1,1,s1|5,3,1,2,s2|4,9,1,1,s3|4,9,1,1,s4|4,9,1,1,s5|4,9,1,1,s6|4,9,1,1,s7"
                        + "|4,9,1,1,s8|4,9,1,1,s9|4,9,1,1,t0|4,9,1,1,t1",
                // Every row counts: windows of a series.
                "1,2,3,4,a|2,3,4,5,b|3,4,5,6,a",
                "1,2,3,4,5|2,3,4,5,6|3,4,5,6,7",
                "5,7,9,2,s0|5,3,1,2,s0|4,9,1,1,s1",
                // A missing label is not a name.
                "5.1,3.5,1.4,0.2,NA" + DECIMALS + "s0" + DECIMALS + "s0",
                "5.1,3.5,1.4,0.2,?" + DECIMALS + "0" + DECIMALS + "0",
                "5,3,1,2," + DECIMALS + "0" + DECIMALS + "0",
                "5,3,1,2,NaN" + DECIMALS + "s0" + DECIMALS + "s0",
            })
    void examplesAreExamplesWithoutAWord(String text) {
        assertEquals(new HeaderDecision(false, Optional.empty()), labelled(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0,1|1.5,0|2.5,1",
                "0,1,2|5,3,2|4,9,1",
                "1,2,3,s0|5,3,2,s0|4,9,1,s1",
                // A class that occurs once, or a wrong label, above numbers that are not names.
                "5.1,3.5,1.4,0.2,rare" + DECIMALS + "s0" + DECIMALS + "s0",
                "1,0,0,1,rare|5,3,1,2,s0|4,9,1,1,s1|5,3,1,2,s0|4,9,1,1,s1",
                "5.1,3.5,1.4,0.2,s0" + DECIMALS + "0" + DECIMALS + "0",
            })
    void whatMayBeBothIsTold(String text) {
        HeaderDecision decision = labelled(text);
        assertTrue(!decision.header() && decision.reason().isPresent(), decision.toString());
    }

    /** First row and rows below, names of the model, whether the first is a header, and whether there is a notice. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a,b,c|1,2,3 ; a,b,c ; true ; false",
                "c,1,2|1,2,3 ; a,b,c ; true ; false",
                "x,y,z|1,2,3 ; a,b,c ; true ; false",
                "1,2,3|5,6,9 ; a,b,c ; false ; true",
                "7,2,3|5,6,9 ; a,b,c ; false ; false",
                "0,1,2|1,2,1 ; 0,1,2 ; true ; true",
                "2,0,1|1,2,1 ; 0,1,2 ; true ; true",
                "2,0,1|1,2,0 ; 0,1,2 ; false ; false",
                "2,0,9|1,2,0 ; 0,1,2 ; false ; false",
                "2,0,9|1.5,2.5,0.5 ; 0,1,2 ; true ; true",
                "470.5,450.5,461.5|1.5,2.5,0.5 ; 450.5,460.5,470.5 ; true ; true",
                "470.5,2.5,1.5|1.5,2.5,0.5 ; 450.5,460.5,470.5 ; false ; false",
                "0,1|1,0|1,1 ; 0,1 ; false ; false",
                "0|1|2 ; 0 ; false ; false",
                "0,1,2,3|1.5,2.5,0.5,0.25 ; '' ; true ; true",
                "0,1,2,3|1,2,0,2 ; '' ; false ; true",
                "400,402,404|1.5,2.5,0.5 ; '' ; true ; true",
                "400,402,404|1,2,0 ; '' ; false ; false",
                "4,2,9|1.5,2.5,0.5 ; '' ; false ; false",
            })
    void inputsAreReadByTheModelsNames(String text, String names, boolean header, boolean told) {
        List<String> known = names.isEmpty() ? List.of() : Arrays.asList(names.split(","));
        HeaderDecision decision = decide(text, -1, known);
        assertEquals(header, decision.header(), decision.toString());
        assertEquals(told, decision.reason().isPresent(), decision.toString());
    }
}
