// The device's clocks and driver, as NVIDIA's management library reports them.
#pragma once

#include <string>

// Of the multiprocessors, now; 0 if the library cannot tell.
int sm_clock_mhz();

// The highest that they may have; 0 if the library cannot tell.
int highest_sm_clock_mhz();

// The driver's release, as in 580.65; "unknown" if the library cannot tell.
std::string driver_release();
