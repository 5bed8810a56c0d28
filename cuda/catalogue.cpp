// Prints kernels.json for the kernels that it is linked with: build-ptx.sh compiles it and the kernels with the host
// compiler, and the emulation's KERNEL registers their names, bounds, tiles and parameters.
#include <iostream>

#include "kernel_catalogue.h"

int main() {
    std::cout << kernel_catalogue([](const std::string&) { return true; });
}
