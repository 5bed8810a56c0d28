// Threads of a block, and what a block or warp works on, for all kernels but those that compute tiles: plain C++.
//
// Kernels step over their elements, so that they give the right result for every grid that covers the columns where a
// block has a fixed number of them. Java's LaunchShapes chooses the grids. Only where a kernel says so does the grid
// decide what is computed.
#pragma once

// Element-wise kernels: vector, optimizer, activation_backward, gather_labels, curand_fill (in groups of 4).
constexpr int ELEMENT_BLOCK = 256;

// Kernels over the rows of a matrix: bias_activation, gather_rows, normalize; and window kernels, where a row is the
// result of a sample. Grid x covers the columns; a block covers several rows at a time where they are shorter than it.
constexpr int ROW_BLOCK = 256;
constexpr int ROW_BLOCK_LOG = 8;

// Kernels that draw masks: node_mask, node_forward, node_backward, mask_export, weight_mask. Grid x covers the outputs;
// a warp has 128 of them. Grid y steps over samples or quads of inputs, z of mask_export over samples.
constexpr int MASK_BLOCK = 256;
constexpr int MASK_BLOCK_WARPS = MASK_BLOCK / 32;
constexpr int WARP_MASK_OUTPUTS = 128;

// Losses: a warp for each sample; add_losses is one block of LOSS_SUM_BLOCK.
constexpr int LOSS_BLOCK = 256;
constexpr int LOSS_SUM_BLOCK = 1024;

// Sums over rows. Grid x covers the columns; grid y is the number of parts that the rows are split into, and of the
// rows that are written: it decides the order of the additions.
constexpr int COLUMN_SUMS_BLOCK = 256;
constexpr int COLUMN_SUMS_COLUMNS = 32;
constexpr int COLUMN_SUMS_ROWS = COLUMN_SUMS_BLOCK / COLUMN_SUMS_COLUMNS;
