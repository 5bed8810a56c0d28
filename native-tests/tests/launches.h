// From cuda/launch_shapes.h to launches, and launches that are waited for.
#pragma once

#include "device.h"
#include "launch_shapes.h"

inline device::Launch launch_of(const Grid& grid, unsigned block) {
    return device::Launch{{grid.x, grid.y, grid.z}, block, 0};
}

// Waits, so that faults are reported where they happen.
template <class... A>
void run(const std::string& kernel, const device::Launch& launch, A... arguments) {
    device::launch(kernel, launch, arguments...);
    device::synchronize();
}

// The grid that is chosen, and small ones, so that threads must go on to further elements.
inline std::vector<device::Launch> element_launches(int64_t elements) {
    return {
        launch_of(element_grid(elements, device::multiprocessors()), ELEMENT_BLOCK), launch_of(Grid{1}, ELEMENT_BLOCK),
        launch_of(Grid{3}, ELEMENT_BLOCK)};
}

inline std::vector<device::Launch> row_launches(int32_t rows, int32_t columns) {
    const Grid grid = row_grid(rows, columns);
    return {launch_of(grid, ROW_BLOCK), launch_of(Grid{grid.x, 1}, ROW_BLOCK), launch_of(Grid{grid.x, 2}, ROW_BLOCK)};
}
