/** Predictions of trained networks for new examples, with their uncertainty. */
package org.pernodedrop.predict;
