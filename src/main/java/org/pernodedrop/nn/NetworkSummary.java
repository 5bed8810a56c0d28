package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.mask.MaskSpec;

/** A network as a table in plain text. */
final class NetworkSummary {
    private static final List<String> HEADINGS = List.of("#", "layer", "settings", "mask", "output", "parameters");

    private NetworkSummary() {}

    static String of(NetworkSpec spec) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        rows.add(List.of("", "input", "", "", spec.input().toString(), ""));
        for (int number = 0; number < spec.layers().size(); number++) {
            Layer layer = spec.layers().get(number);
            rows.add(List.of(
                    Integer.toString(number),
                    layer.kind(),
                    layer.settings(),
                    layer.drawnMask()
                            .map(mask -> describe(mask, layer.masksBatch()))
                            .orElse(""),
                    spec.outputShape(number).toString(),
                    grouped(spec.parameterCount(number))));
        }
        rows.add(List.of("", "total", "", "", "", grouped(spec.parameterCount())));
        return table(rows)
                + String.format(
                        Locale.ROOT, "loss %s; optimizer %s; seed %d%n", spec.loss(), spec.optimizer(), spec.seed());
    }

    private static String describe(MaskSpec mask, boolean batch) {
        if (mask.isIdentity()) {
            return "none: drop rate 0";
        }
        String extent = mask.fixed() ? ", fixed" : batch ? ", one a batch" : "";
        double requested = mask.rate().requested();
        double effective = mask.effectiveDropRate();
        String drawn = effective == requested ? "" : String.format(Locale.ROOT, " (drawn %.4f)", effective);
        return mask.noise() + " " + requested + drawn + " per " + mask.granularity() + extent;
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    // Columns two spaces apart, the last flush right.
    private static String table(List<List<String>> rows) {
        int columns = HEADINGS.size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                line.append(column == columns - 1 ? padding + cell : cell + padding + "  ");
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }
}
