/** Results of benchmarks as one page that explains itself, from the lines of JSON alone. */
package org.pernodedrop.bench.report;
