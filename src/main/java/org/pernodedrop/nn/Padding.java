package org.pernodedrop.nn;

import java.util.Locale;

/** Where the windows of a layer over images may reach beyond the image, which counts as 0 there. */
public enum Padding {
    /** Nowhere: {@code H' = floor((H - window) / stride) + 1}. */
    VALID,
    /** Far enough that {@code H' = ceil(H / stride)}: half above and left, the odd row or column below and right. */
    SAME;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
