/**
 * PerNodeDrop in Deeplearning4j networks: {@link org.pernodedrop.dl4j.PerNodeDropLayer} replaces DL4J's
 * {@code DenseLayer}. For Deeplearning4j 1.0.0-M2.1 with ND4J's native (CPU) backend; both are dependencies that users
 * add themselves. On ND4J's CUDA backend (nd4j-cuda-11.6) FLOAT networks call the kernels of
 * {@link org.pernodedrop.kernels.cuda.PointerKernels} on ND4J's memory; this has been compiled, but never run.
 */
package org.pernodedrop.dl4j;
