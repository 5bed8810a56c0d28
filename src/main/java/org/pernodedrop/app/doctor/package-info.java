/** Diagnosis of a machine: libraries, devices, and small computations with known results. */
package org.pernodedrop.app.doctor;
