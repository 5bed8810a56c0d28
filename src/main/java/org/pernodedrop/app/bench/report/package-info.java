/** Benchmark results as one self-explanatory page, made from the lines of JSON. */
package org.pernodedrop.app.bench.report;
