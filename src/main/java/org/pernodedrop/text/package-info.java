/**
 * Texts that others wrote, made fit for where they go: terminals, comma-separated files, messages, pages. Knows no other
 * package, and every package may know it.
 */
package org.pernodedrop.text;
