// Sizes of the tiles that the multi-position kernels compute; plain C++.
//
// A block's WARP_ROWS x WARP_COLUMNS warps compute a tile of ROWS x COLUMNS results, each warp ROW_BLOCKS x
// COLUMN_BLOCKS blocks of 32 x 32. A k-step takes MULTI_POSITION_K_STEP words of the sums' dimension from shared
// memory, where STAGES k-steps' factors lie.
//
//   large    for whole multiprocessors: as few reads of memory and of shared memory as registers allow
//   small    for shapes that give too few large tiles, and for GPUs that lack the shared memory
#pragma once

constexpr int MULTI_POSITION_K_STEP = 32;
// Inputs or outputs along the sums whose mask is drawn at a time.
constexpr int MULTI_POSITION_MASK_GROUP = 128;
constexpr int MULTI_POSITION_SCHEDULE_WORDS = 32;

template <int WARP_ROW_COUNT, int WARP_COLUMN_COUNT, int ROW_BLOCK_COUNT, int COLUMN_BLOCK_COUNT, int STAGE_COUNT>
struct MultiPositionTileShape {
    static constexpr int WARP_ROWS = WARP_ROW_COUNT;
    static constexpr int WARP_COLUMNS = WARP_COLUMN_COUNT;
    static constexpr int ROW_BLOCKS = ROW_BLOCK_COUNT;
    static constexpr int COLUMN_BLOCKS = COLUMN_BLOCK_COUNT;
    static constexpr int STAGES = STAGE_COUNT;
    static constexpr int ROWS = 32 * WARP_ROWS * ROW_BLOCKS;
    static constexpr int COLUMNS = 32 * WARP_COLUMNS * COLUMN_BLOCKS;
    static constexpr int THREADS = 32 * WARP_ROWS * WARP_COLUMNS;
    // Words of shared memory: a stage, the results on their way out, which take the stages' place, and the masks of two
    // groups where the sums run along a side of the mask, or of two samples where they do not.
    static constexpr int STAGE_WORDS = MULTI_POSITION_K_STEP * (ROWS + COLUMNS);
    static constexpr int RESULT_STRIDE = COLUMNS + 4;
    static constexpr int GROUP_WORDS = COLUMNS / 32 * MULTI_POSITION_MASK_GROUP;
    static constexpr int SAMPLE_WORDS = COLUMNS / 32 * ROWS;
    static_assert(ROWS * RESULT_STRIDE <= STAGES * STAGE_WORDS, "the results fit where the stages were");
};

// Rows are positions, columns outputs (forward) or inputs (gradient of the inputs).
struct MultiPositionLarge : MultiPositionTileShape<2, 4, 2, 2, 3> {
    static constexpr int BLOCKS = 1;
};
struct MultiPositionSmall : MultiPositionTileShape<2, 2, 1, 1, 3> {
    static constexpr int BLOCKS = 3;
};

// Gradient of the weights: rows are inputs, columns outputs. Each result has two sums, a sample's and all samples'.
struct MultiPositionWeightLarge : MultiPositionTileShape<2, 4, 2, 1, 4> {
    static constexpr int BLOCKS = 1;
};
struct MultiPositionWeightSmall : MultiPositionTileShape<2, 2, 1, 1, 3> {
    static constexpr int BLOCKS = 3;
};

// Words of dynamic shared memory.
template <class Tile>
constexpr int MULTI_POSITION_SHARED =
    MULTI_POSITION_SCHEDULE_WORDS + 2 * Tile::GROUP_WORDS + Tile::STAGES* Tile::STAGE_WORDS;
template <class Tile>
constexpr int MULTI_POSITION_WEIGHT_SHARED =
    MULTI_POSITION_SCHEDULE_WORDS + 2 * Tile::SAMPLE_WORDS + Tile::STAGES* Tile::STAGE_WORDS;
