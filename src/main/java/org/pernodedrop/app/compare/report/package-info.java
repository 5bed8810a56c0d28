/** A comparison as tables, plots and one page that explains itself, from its runs alone. */
package org.pernodedrop.app.compare.report;
