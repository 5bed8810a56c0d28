package org.pernodedrop.app.compare;

import java.util.Locale;

/** What a difference between two settings says. */
public enum Verdict {
    /** The confidence interval lies on the better side of 0. */
    WIN,
    /** It holds 0. */
    TIE,
    /** It lies on the worse side of 0. */
    LOSS,
    /** There are too few pairs for an interval. */
    UNKNOWN;

    /** The name in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
