/**
 * Comparisons of regularizers: the same network trained with each of them, at several drop rates, from several seeds, and
 * what can be said of the differences.
 */
package org.pernodedrop.app.compare;
