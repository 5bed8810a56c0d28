/** Files of weights and of training states, in a format that other programs can read. */
package org.pernodedrop.model;
