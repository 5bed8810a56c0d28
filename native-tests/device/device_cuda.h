// What only programs for a GPU ask of the device.
#pragma once

#include "cuda_driver.h"

namespace device {

// Whether launches wait for their kernel, so that a fault is reported by the launch that caused it. They do at first.
void wait_for_launches(bool wait);

// Where launches go from now on; at first, and with nullptr, to the default stream.
void launch_into(cuda::Stream stream);

}  // namespace device
