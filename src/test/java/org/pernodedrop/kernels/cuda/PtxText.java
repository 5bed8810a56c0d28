package org.pernodedrop.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the text of a PTX module declares. */
final class PtxText {
    private static final Pattern ENTRY = Pattern.compile("\\.entry\\s+(\\w+)\\s*\\(([^)]*)\\)([^{]*)\\{");
    private static final Pattern PARAMETER =
            Pattern.compile("\\.param\\s+\\.(\\w+)\\s+(?:\\.ptr\\s+(?:\\.\\w+\\s+)*(?:\\d+\\s+)?)?\\w+");

    private final String text;

    /**
     * A kernel as PTX declares it.
     *
     * @param types of its parameters
     * @param directives on its launches, such as {@code .maxntid}
     */
    record Entry(String name, List<String> types, String directives) {
        /** The numbers of a directive; none if it is not there. */
        List<Integer> directive(String directive) {
            Matcher matcher =
                    Pattern.compile("\\" + directive + "\\s+([\\d, ]+)").matcher(directives);
            return matcher.find()
                    ? Arrays.stream(matcher.group(1).split(","))
                            .map(number -> Integer.valueOf(number.strip()))
                            .toList()
                    : List.of();
        }
    }

    PtxText(byte[] ptx) {
        text = new String(ptx, StandardCharsets.US_ASCII);
    }

    /** The operand of the only directive of that name, such as {@code .version}. */
    String header(String directive) {
        List<String> found = Pattern.compile("(?m)^\\" + directive + " (.*)$")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException("PTX has one " + directive + "; this one: " + found);
        }
        return found.get(0);
    }

    List<Entry> entries() {
        return ENTRY.matcher(text)
                .results()
                .map(match -> new Entry(match.group(1), types(match.group(2)), match.group(3)))
                .toList();
    }

    private static List<String> types(String parameters) {
        return Arrays.stream(parameters.split(","))
                .map(String::strip)
                .map(parameter -> {
                    Matcher matcher = PARAMETER.matcher(parameter);
                    if (!matcher.matches()) {
                        throw new IllegalStateException("Not a scalar parameter: " + parameter);
                    }
                    return matcher.group(1);
                })
                .toList();
    }
}
