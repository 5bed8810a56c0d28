/**
 * Comparisons of regularizers: the same network is trained with each of them, at several drop rates and from several
 * seeds, and the differences are tested statistically.
 */
package org.pernodedrop.app.compare;
