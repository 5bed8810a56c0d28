/** What this machine can compute on, and what is missing: libraries, devices, and small computations with known results. */
package org.pernodedrop.app.doctor;
