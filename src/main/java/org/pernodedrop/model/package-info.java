/** Files that hold what a network has learned, in a format that other programs read. */
package org.pernodedrop.model;
