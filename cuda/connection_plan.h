// How to launch a connection kernel: the one place that picks tile and stretches from the layer's shape and the number
// of multiprocessors. Plain C++ in integers, so that Java's ConnectionPlan gives the very same plans; a table of plans,
// checked from both sides, holds the two together.
//
// Too few tiles leave multiprocessors idle: then the small tile is taken, and the sum is split into stretches, each a
// row of the grid, whose sums connection_*_sum adds. The plan is the cheapest by a rough model in clocks, fitted to an
// H100: blocks run in waves; the warps on a multiprocessor share its issue slots, and few warps cannot fill them, since
// each waits for its own results; stretches cost a second launch and the traffic of the partial sums.
#pragma once

#include "connection_tiles.h"

#include <algorithm>
#include <cstdint>

enum class ConnectionPass { FORWARD, BACKWARD_INPUT, BACKWARD_WEIGHT };

// What a kernel does with a mask: several planes cost more than one, and normals have tiles of their own.
enum class ConnectionSource { ONE_PLANE, TWO_PLANES, MANY_PLANES, PACKED, GAUSSIAN, PARTIAL_GAUSSIAN, UNMASKED };

enum class ConnectionTile { LARGE, SMALL, UNALIGNED, NORMALS };

struct ConnectionPlan {
    ConnectionTile tile;
    int64_t tiles;          // grid x
    int32_t stretches;      // grid y
    int32_t stretch;        // of the sum: inputs, outputs or samples
    int32_t threads;        // of a block
    int32_t shared_bytes;   // of a block, dynamic
    int64_t partials;       // floats of workspace, 0 if there is one stretch
    int64_t bias_partials;  // the same for the bias; BACKWARD_WEIGHT only
};

namespace connection_plan {

// A tile as the plan sees it: rows x columns results, `depth` terms of their sums a turn.
struct TileShape {
    ConnectionTile tile;
    int64_t rows;
    int64_t columns;
    int64_t depth;
    int64_t threads;
    int64_t blocks;
    int64_t stage_words;  // of shared memory, without the mask's bits
    int64_t bits_words;
    int64_t issue_percent;    // issue slots that an instruction takes among many warps
    int64_t latency_percent;  // clocks that an instruction takes a warp alone
};

constexpr int64_t SCHEDULE_WORDS = 32;

template <class Tile>
constexpr TileShape forward_tile(ConnectionTile tile) {
    constexpr int LATENCY_PERCENT = Tile::THREADS == 32 ? 480 : 460;
    return {tile,          Tile::SAMPLES, Tile::OUTPUTS,       Tile::INPUTS,
            Tile::THREADS, Tile::BLOCKS,  FORWARD_STAGE<Tile>, FORWARD_STAGE_BITS<Tile>,
            135,           LATENCY_PERCENT};
}

template <class Tile>
constexpr TileShape backward_input_tile(ConnectionTile tile) {
    // One sample a thread reads shared memory more often than it can.
    constexpr int ISSUE_PERCENT = Tile::THREAD_SAMPLES == 1 ? 210 : 135;
    return {tile, Tile::SAMPLES, Tile::INPUTS, Tile::OUTPUTS, Tile::THREADS, Tile::BLOCKS, BACKWARD_INPUT_STAGE<Tile>,
            0,    ISSUE_PERCENT, 590};
}

template <class Tile>
constexpr TileShape backward_weight_tile(ConnectionTile tile) {
    return {
        tile,
        Tile::INPUTS,
        Tile::OUTPUTS,
        Tile::SAMPLES,
        Tile::THREADS,
        Tile::BLOCKS,
        BACKWARD_WEIGHT_STAGE<Tile>,
        BACKWARD_WEIGHT_STAGE_BITS<Tile>,
        135,
        460};
}

inline TileShape tile_shape(ConnectionPass pass, ConnectionTile tile) {
    switch (pass) {
        case ConnectionPass::FORWARD:
            switch (tile) {
                case ConnectionTile::LARGE: return forward_tile<ForwardLarge>(tile);
                case ConnectionTile::SMALL: return forward_tile<ForwardSmall>(tile);
                case ConnectionTile::UNALIGNED: return forward_tile<ForwardUnaligned>(tile);
                default: return forward_tile<ForwardNormals>(tile);
            }
        case ConnectionPass::BACKWARD_INPUT:
            switch (tile) {
                case ConnectionTile::LARGE: return backward_input_tile<BackwardInputLarge>(tile);
                case ConnectionTile::SMALL: return backward_input_tile<BackwardInputSmall>(tile);
                case ConnectionTile::UNALIGNED: return backward_input_tile<BackwardInputUnaligned>(tile);
                default: return backward_input_tile<BackwardInputNormals>(tile);
            }
        default:
            switch (tile) {
                case ConnectionTile::LARGE: return backward_weight_tile<BackwardWeightLarge>(tile);
                case ConnectionTile::SMALL: return backward_weight_tile<BackwardWeightSmall>(tile);
                case ConnectionTile::UNALIGNED: return backward_weight_tile<BackwardWeightUnaligned>(tile);
                default: return backward_weight_tile<BackwardWeightNormals>(tile);
            }
    }
}

constexpr int64_t ceil_divide(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

constexpr bool has_bits(ConnectionSource source) {
    return source != ConnectionSource::GAUSSIAN && source != ConnectionSource::UNMASKED;
}

constexpr bool has_normals(ConnectionSource source) {
    return source == ConnectionSource::GAUSSIAN || source == ConnectionSource::PARTIAL_GAUSSIAN;
}

// Hundredths of an instruction for a term of a sum, about what the compiled loops issue.
constexpr int64_t term_cost(ConnectionSource source) {
    switch (source) {
        case ConnectionSource::ONE_PLANE: return 177;
        case ConnectionSource::TWO_PLANES: return 211;
        case ConnectionSource::MANY_PLANES: return 350;
        case ConnectionSource::PACKED: return 145;
        case ConnectionSource::UNMASKED: return 115;
        default: return 3000;
    }
}

constexpr int64_t START_CLOCKS = 500;     // of a block: first tiles from memory, results to it
constexpr int64_t THREAD_START_CLOCKS = 8;  // of each of its threads
constexpr int64_t LAUNCH_CLOCKS = 4000;   // of the second pass
constexpr int64_t BYTES_A_CLOCK = 1500;   // of device memory, for partial sums written and read
constexpr int64_t ISSUE_SLOTS = 4;        // of a multiprocessor
constexpr int64_t PARTIAL_BYTES = 8;      // a float, written and read
constexpr int64_t MOST_STRETCHES = 256;
constexpr int64_t LARGEST_PARTIALS = 1 << 26;  // floats: 256 MB

// Clocks of blocks of `terms` x 32-lane terms each, on so many multiprocessors.
inline int64_t clocks(const TileShape& tile, int64_t blocks, int64_t depth, int64_t cost, int64_t multiprocessors) {
    const int64_t warps = tile.threads / 32;
    const int64_t warp_instructions = ceil_divide(tile.rows * tile.columns * depth, tile.threads) * cost / 100;
    const auto wave = [&](int64_t resident) {
        const int64_t issue = resident * warps * warp_instructions * tile.issue_percent / (100 * ISSUE_SLOTS);
        return START_CLOCKS + THREAD_START_CLOCKS * tile.threads +
               std::max(issue, warp_instructions * tile.latency_percent / 100);
    };
    const int64_t full = blocks / (multiprocessors * tile.blocks);
    const int64_t rest = ceil_divide(blocks - full * multiprocessors * tile.blocks, multiprocessors);
    return full * wave(tile.blocks) + (rest > 0 ? wave(rest) : 0);
}

// Rows, columns and terms of a pass's results.
struct Work {
    int64_t rows;
    int64_t columns;
    int64_t depth;
};

inline Work work_of(ConnectionPass pass, int64_t samples, int64_t inputs, int64_t outputs) {
    switch (pass) {
        case ConnectionPass::FORWARD: return {samples, outputs, inputs};
        case ConnectionPass::BACKWARD_INPUT: return {samples, inputs, outputs};
        default: return {inputs, outputs, samples};
    }
}

// A plan with this tile and at most so many stretches: as many as stretches of equal numbers of turns give.
inline ConnectionPlan plan_with(
    ConnectionPass pass, ConnectionSource source, int64_t samples, int64_t inputs, int64_t outputs,
    const TileShape& tile, int64_t most_stretches) {
    const Work work = work_of(pass, samples, inputs, outputs);
    const int64_t turns = ceil_divide(work.depth, tile.depth);
    const int64_t stretch_turns = ceil_divide(turns, std::min(most_stretches, turns));
    const int64_t stretches = ceil_divide(turns, stretch_turns);
    const int64_t shared_words = SCHEDULE_WORDS + 2 * (tile.stage_words + (has_bits(source) ? tile.bits_words : 0));
    const bool split = stretches > 1;
    return {
        tile.tile,
        ceil_divide(work.rows, tile.rows) * ceil_divide(work.columns, tile.columns),
        static_cast<int32_t>(stretches),
        static_cast<int32_t>(stretch_turns * tile.depth),
        static_cast<int32_t>(tile.threads),
        static_cast<int32_t>(4 * shared_words),
        split ? stretches * work.rows * work.columns : 0,
        split && pass == ConnectionPass::BACKWARD_WEIGHT ? stretches * outputs : 0};
}

}  // namespace connection_plan

// 32-bit words to allocate for a layer's packed mask, laid out as in mask_words.cuh.
inline int64_t packed_words(int64_t samples, int64_t inputs, int64_t outputs) {
    using connection_plan::ceil_divide;
    return ceil_divide(inputs, 4) * (ceil_divide(outputs, 32) * 4) * (ceil_divide(samples, 4) * 4) + PACKED_SLACK;
}

// The cheapest plan of a pass over a layer; all numbers at least 1. `aligned`: all buffers lie at multiples of 16
// bytes.
inline ConnectionPlan plan_connections(
    ConnectionPass pass, ConnectionSource source, int32_t samples, int32_t inputs, int32_t outputs, bool aligned,
    int32_t multiprocessors) {
    using namespace connection_plan;
    ConnectionTile candidates[2] = {ConnectionTile::LARGE, ConnectionTile::SMALL};
    int candidate_count = 2;
    if (has_normals(source)) {
        candidates[0] = ConnectionTile::NORMALS;
        candidate_count = 1;
    } else if (!aligned || inputs % 4 != 0 || outputs % 4 != 0) {
        candidates[0] = ConnectionTile::UNALIGNED;
        candidate_count = 1;
    }

    ConnectionPlan best{};
    int64_t best_clocks = INT64_MAX;
    for (int c = 0; c < candidate_count; ++c) {
        const TileShape tile = tile_shape(pass, candidates[c]);
        for (int64_t stretches = 1; stretches <= MOST_STRETCHES; ++stretches) {
            const ConnectionPlan plan = plan_with(pass, source, samples, inputs, outputs, tile, stretches);
            if (plan.stretches != stretches || plan.partials > LARGEST_PARTIALS) {
                continue;
            }
            int64_t cost = clocks(tile, plan.tiles * stretches, plan.stretch, term_cost(source), multiprocessors);
            if (stretches > 1) {
                cost += LAUNCH_CLOCKS + plan.partials * PARTIAL_BYTES / BYTES_A_CLOCK;
            }
            if (cost < best_clocks) {
                best_clocks = cost;
                best = plan;
            }
        }
    }
    return best;
}
