/**
 * NVIDIA's libraries and JCuda's natives: how they are {@linkplain org.pernodedrop.driver.CudaLibraries found
 * and loaded}, and what to do where one is missing.
 */
package org.pernodedrop.driver;
