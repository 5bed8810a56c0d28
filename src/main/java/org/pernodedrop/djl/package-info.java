/**
 * PerNodeDrop in DJL networks: {@link org.pernodedrop.djl.PerNodeDropBlock} goes wherever DJL's own {@code Linear} does, and
 * {@link org.pernodedrop.djl.PerNodeDropBlockTrainer} trains what holds one. Made for DJL 0.35.1 with its PyTorch engine (2.7.1) on
 * the CPU; both are the user's own dependencies.
 */
package org.pernodedrop.djl;
