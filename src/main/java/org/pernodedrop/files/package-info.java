/**
 * Files that are written whole or not at all, alone or several together, in folders that one command writes to; and folders
 * that only their user can write.
 */
package org.pernodedrop.files;
