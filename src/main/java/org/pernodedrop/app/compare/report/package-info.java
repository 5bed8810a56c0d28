/** A comparison as tables, plots and one self-explanatory page, made from its runs. */
package org.pernodedrop.app.compare.report;
