/** Pages and plots: self-contained HTML with tables and drawings, and the same drawings as images. */
package org.pernodedrop.app.report;
