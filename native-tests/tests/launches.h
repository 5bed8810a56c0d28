// Launches of kernels that step over their elements, and launches that are waited for. Such kernels give the same
// results for every grid that covers the columns.
#pragma once

#include <algorithm>

#include "block_sizes.h"
#include "device.h"

using device::Grid;

inline device::Launch launch_of(const Grid& grid, unsigned block) {
    return device::Launch{grid, block, 0};
}

inline unsigned blocks_for(int64_t items, int64_t items_of_a_block) {
    return static_cast<unsigned>((items - 1) / items_of_a_block + 1);
}

// Waits, so that faults are reported where they happen.
template <class... A>
void run(const std::string& kernel, const device::Launch& launch, A... arguments) {
    device::launch(kernel, launch, arguments...);
    device::synchronize();
}

// A block for every 256 elements, and fewer, so that threads must go on to further elements.
inline std::vector<device::Launch> element_launches(int64_t elements) {
    return {
        launch_of(Grid{blocks_for(elements, ELEMENT_BLOCK)}, ELEMENT_BLOCK), launch_of(Grid{1}, ELEMENT_BLOCK),
        launch_of(Grid{3}, ELEMENT_BLOCK)};
}

// A block for every row, and fewer.
inline std::vector<device::Launch> row_launches(int32_t rows, int32_t columns) {
    const unsigned x = blocks_for(columns, ROW_BLOCK);
    return {
        launch_of(Grid{x, static_cast<unsigned>(rows)}, ROW_BLOCK), launch_of(Grid{x, 1}, ROW_BLOCK),
        launch_of(Grid{x, 2}, ROW_BLOCK)};
}

// A warp for every sample and 128 outputs.
inline Grid node_grid(int32_t samples, int32_t outputs) {
    return {blocks_for(outputs, WARP_MASK_OUTPUTS), blocks_for(samples, MASK_BLOCK_WARPS)};
}
