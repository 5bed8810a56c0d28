/** The ways to compute a PerNodeDrop layer with masks on connections, on any backend, and the choice between them. */
package org.pernodedrop.strategy;
