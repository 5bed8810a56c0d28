/**
 * Files that are written whole or not at all, alone or several together, in folders that one command writes to; folders
 * that only their user can write; and text made safe for terminals, pages and tables.
 */
package org.pernodedrop.io;
