/**
 * The command line: parses and checks options, calls the library, prints. {@link org.pernodedrop.cli.Main} holds the
 * exit codes.
 */
package org.pernodedrop.cli;
