/**
 * PerNodeDrop in Tribuo: {@link org.pernodedrop.tribuo.PerNodeDropTrainer} trains this library's networks on Tribuo's data
 * sets, with provenance and configuration, and {@link org.pernodedrop.tribuo.PerNodeDropModel} is what Tribuo's evaluators
 * take. Made for Tribuo 4.3.2, the user's own dependency.
 */
package org.pernodedrop.tribuo;
