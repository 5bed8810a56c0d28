/**
 * PerNodeDrop in DJL networks: {@link org.pernodedrop.djl.PerNodeDropBlock} replaces DJL's {@code Linear}, and
 * {@link org.pernodedrop.djl.PerNodeDropBlockTrainer} trains models that contain one. For DJL 0.35.1 with its PyTorch
 * engine (2.7.1) on the CPU; both are dependencies that users add themselves.
 */
package org.pernodedrop.djl;
