/**
 * Reproducible benchmarks: all implementations of one layer beside the plain dense layer, and whole trainings, in one
 * run. Results are checked before anything is timed and written as lines of JSON.
 */
package org.pernodedrop.app.bench;
