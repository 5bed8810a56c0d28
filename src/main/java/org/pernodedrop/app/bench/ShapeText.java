package org.pernodedrop.app.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pernodedrop.kernels.ConnectionShape;

/** Shapes of layers as text: BxIxU, or BxTxIxU where the T positions of a sample share its mask. */
public final class ShapeText {
    private static final String SIZE = "([0-9]{1,10})";
    private static final Pattern TEXT = Pattern.compile(SIZE + "x" + SIZE + "x" + SIZE + "(?:x" + SIZE + ")?");

    private ShapeText() {}

    /**
     * A shape written as 128x784x256 or, with positions, as 32x512x1024x4096.
     *
     * @throws IllegalArgumentException if it is not, or if a size is not in [1, 2^31)
     */
    public static ConnectionShape parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a shape must be SAMPLESxINPUTSxOUTPUTS, as in 128x784x256, or"
                    + " SAMPLESxPOSITIONSxINPUTSxOUTPUTS: shape=" + text);
        }
        try {
            boolean flat = matcher.group(4) == null;
            return new ConnectionShape(
                    Integer.parseInt(matcher.group(1)),
                    flat ? 1 : Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(flat ? 2 : 3)),
                    Integer.parseInt(matcher.group(flat ? 3 : 4)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("sizes of a shape must be below 2^31: shape=" + text, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ", shape=" + text, e);
        }
    }

    /** Formats a shape as {@link #parse} reads it; a single position is omitted. */
    public static String of(ConnectionShape shape) {
        String positions = shape.positions() == 1 ? "" : shape.positions() + "x";
        return shape.samples() + "x" + positions + shape.inputs() + "x" + shape.outputs();
    }
}
