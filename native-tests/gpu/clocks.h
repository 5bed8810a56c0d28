// The device's clocks, as NVIDIA's management library reports them.
#pragma once

// Of the multiprocessors, now; 0 if the library cannot tell.
int sm_clock_mhz();

// The highest that they may have; 0 if the library cannot tell.
int highest_sm_clock_mhz();
