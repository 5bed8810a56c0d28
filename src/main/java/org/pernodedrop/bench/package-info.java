/**
 * Times one PerNodeDrop layer against the plain dense layer and a version that stores its mask, on a backend's seam, in
 * one run. Results are checked before anything is timed.
 */
package org.pernodedrop.bench;
