/**
 * The command line: parses and checks options, calls the library, prints. {@link org.pernodedrop.app.cli.Main} holds
 * the exit codes.
 */
package org.pernodedrop.app.cli;
