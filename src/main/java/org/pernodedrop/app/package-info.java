/**
 * The programs: command line, comparisons, benchmarks, reports and the doctor. Nothing in these packages is public API.
 */
package org.pernodedrop.app;
