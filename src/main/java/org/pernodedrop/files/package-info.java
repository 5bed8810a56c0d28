/** Files that are written whole or not at all, alone or several together, in folders that one command writes to. */
package org.pernodedrop.files;
