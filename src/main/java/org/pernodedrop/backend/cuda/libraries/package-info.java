/**
 * NVIDIA's libraries and JCuda's natives: how they are {@linkplain org.pernodedrop.backend.cuda.libraries.CudaLibraries found
 * and loaded}, and what to do where one is missing.
 */
package org.pernodedrop.backend.cuda.libraries;
