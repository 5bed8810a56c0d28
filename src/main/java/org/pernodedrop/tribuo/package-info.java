/**
 * PerNodeDrop in Tribuo: {@link org.pernodedrop.tribuo.PerNodeDropTrainer} trains this library's networks on Tribuo's
 * data sets, with provenance and configuration; {@link org.pernodedrop.tribuo.PerNodeDropModel} works with Tribuo's
 * evaluators. For Tribuo 4.3.2, a dependency that users add themselves.
 */
package org.pernodedrop.tribuo;
