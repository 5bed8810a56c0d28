/**
 * PerNodeDrop in Deeplearning4j networks: {@link org.pernodedrop.dl4j.PerNodeDropLayer} goes wherever DL4J's own {@code
 * DenseLayer} does. Made for Deeplearning4j 1.0.0-M2.1 on ND4J's native (CPU) backend; both are the user's own dependencies. On
 * ND4J's CUDA backend (nd4j-cuda-11.6) FLOAT networks call the kernels of {@link org.pernodedrop.kernels.cuda.PointerKernels} on
 * ND4J's memory; that was compiled and never run.
 */
package org.pernodedrop.dl4j;
