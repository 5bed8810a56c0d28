/** Files that are written whole or not at all, and folders that only their user can write. */
package org.pernodedrop.files;
