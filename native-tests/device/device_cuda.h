// What only programs for a GPU ask of the device.
#pragma once

namespace device {

// Whether launches wait for their kernel, so that a fault is reported by the launch that caused it. They do at first.
void wait_for_launches(bool wait);

}  // namespace device
