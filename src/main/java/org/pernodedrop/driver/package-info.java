/**
 * NVIDIA's driver and libraries: {@linkplain org.pernodedrop.driver.CudaLibraries found and loaded}, with a remedy where one
 * is missing, and called: contexts, streams, events and memory, with failures as exceptions that name cause and remedy.
 */
package org.pernodedrop.driver;
