/** Results of benchmarks as one page that explains itself, from the lines of JSON alone. */
package org.pernodedrop.app.bench.report;
