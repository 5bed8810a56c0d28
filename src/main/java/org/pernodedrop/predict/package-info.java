/** What trained networks say of new examples, and how sure they are. */
package org.pernodedrop.predict;
