// How to launch the sequence kernels: the one place that picks tile and stretches from the shape, the number of
// multiprocessors and the shared memory of a block. Plain C++ in integers, so that Java's SequencePlan gives the very
// same plans; a table of plans, checked from both sides, holds the two together.
//
// The plan is the cheapest by a rough model in clocks: blocks run in waves, each turn of a block takes the tensor cores
// so long, or so long for its latencies if there are few blocks. Only the gradient of the weights is split, over
// samples: its tiles do not grow in number with the batch.
#pragma once

#include "connection_plan.h"
#include "sequence_tiles.h"

// TF32: operands are floats, of which the products take 10 bits of fraction. BF16: they are rounded to bf16.
enum class SequencePrecision { TF32, BF16 };

enum class SequenceTile { LARGE, SMALL };

struct SequenceShape {
    int32_t samples;
    int32_t positions;
    int32_t inputs;
    int32_t outputs;
};

struct SequencePlan {
    SequenceTile tile;
    int64_t tiles;         // grid x
    int32_t stretches;     // grid y
    int32_t stretch;       // samples; BACKWARD_WEIGHT only
    int32_t threads;       // of a block
    int32_t shared_bytes;  // of a block, dynamic
    int64_t partials;      // floats of workspace, 0 if there is one stretch
    int64_t first_words;   // of the first operand (x or dz) as sequence_operands.cu makes it, 0 if it lies so already
    int64_t second_words;  // of the second (w or dz)
};

namespace sequence_plan {

using connection_plan::ceil_divide;

struct TileShape {
    SequenceTile tile;
    int64_t rows;
    int64_t columns;
    int64_t threads;
    int64_t blocks;        // that fit a multiprocessor
    int64_t shared_words;
    int64_t busy_clocks;   // of the multiprocessor's pipes, for a turn of a block
    int64_t alone_clocks;  // of a turn of a block that has the multiprocessor to itself
};

constexpr int64_t START_CLOCKS = 4000;         // of a block: its first copies and its results
constexpr int64_t SAMPLE_CLOCKS = 400;         // of a sample's masked sums
constexpr int64_t LAUNCH_CLOCKS = 8000;        // of the second pass
constexpr int64_t PARTIAL_BYTES_A_CLOCK = 1200;
constexpr int64_t MOST_STRETCHES = 256;
constexpr int64_t LARGEST_PARTIALS = 1 << 26;  // floats: 256 MB

inline TileShape tile_shape(ConnectionPass pass, SequenceTile tile) {
    const bool weight = pass == ConnectionPass::BACKWARD_WEIGHT;
    const auto shape = [&](auto sizes, int64_t shared_words, int64_t busy, int64_t alone) {
        using Tile = decltype(sizes);
        return TileShape{tile, Tile::ROWS, Tile::COLUMNS, Tile::THREADS, Tile::BLOCKS, shared_words, busy, alone};
    };
    if (tile == SequenceTile::LARGE) {
        return weight ? shape(SequenceWeightLarge{}, SEQUENCE_WEIGHT_SHARED<SequenceWeightLarge>, 1050, 1050)
                      : shape(SequenceLarge{}, SEQUENCE_SHARED<SequenceLarge>, 1800, 1800);
    }
    return weight ? shape(SequenceWeightSmall{}, SEQUENCE_WEIGHT_SHARED<SequenceWeightSmall>, 400, 600)
                  : shape(SequenceSmall{}, SEQUENCE_SHARED<SequenceSmall>, 400, 600);
}

// Words of n numbers along the dimension that is summed over.
constexpr int64_t words_of(SequencePrecision precision, int64_t n) {
    return precision == SequencePrecision::BF16 ? ceil_divide(n, 2) : n;
}

// Words of rows in shared and global memory.
constexpr int64_t padded(int64_t words) {
    return ceil_divide(words, 4) * 4;
}

inline int64_t clocks(
    const TileShape& tile, int64_t blocks, int64_t turns, int64_t further, int64_t multiprocessors) {
    const auto wave = [&](int64_t resident) {
        return START_CLOCKS + turns * std::max(resident * tile.busy_clocks, tile.alone_clocks) + further;
    };
    const int64_t full = blocks / (multiprocessors * tile.blocks);
    const int64_t rest = ceil_divide(blocks - full * multiprocessors * tile.blocks, multiprocessors);
    return full * wave(tile.blocks) + (rest > 0 ? wave(rest) : 0);
}

// A plan with this tile and at most so many stretches: as many as stretches of equal numbers of samples give.
inline SequencePlan plan_with(
    ConnectionPass pass, SequencePrecision precision, const SequenceShape& shape, bool aligned, SequenceTile wanted,
    int64_t most_stretches) {
    const TileShape tile = tile_shape(pass, wanted);
    const int64_t samples = shape.samples;
    const int64_t positions = shape.positions;
    const int64_t inputs = shape.inputs;
    const int64_t outputs = shape.outputs;
    const bool pairs = precision == SequencePrecision::BF16;
    const bool copied_inputs = pairs || !aligned || inputs % 4 != 0;
    const bool copied_outputs = pairs || !aligned || outputs % 4 != 0;
    const auto words = [&](int64_t n) { return words_of(precision, n); };
    switch (pass) {
        case ConnectionPass::FORWARD:
            return {
                wanted,
                samples * ceil_divide(positions, tile.rows) * ceil_divide(outputs, tile.columns),
                1,
                shape.samples,
                static_cast<int32_t>(tile.threads),
                static_cast<int32_t>(4 * tile.shared_words),
                0,
                copied_inputs ? samples * positions * padded(words(inputs)) : 0,
                copied_outputs ? words(inputs) * padded(outputs) : 0};
        case ConnectionPass::BACKWARD_INPUT:
            return {
                wanted,
                samples * ceil_divide(positions, tile.rows) * ceil_divide(inputs, tile.columns),
                1,
                shape.samples,
                static_cast<int32_t>(tile.threads),
                static_cast<int32_t>(4 * tile.shared_words),
                0,
                copied_outputs ? samples * positions * padded(words(outputs)) : 0,
                copied_outputs ? inputs * padded(words(outputs)) : 0};
        default: {
            const int64_t stretch = ceil_divide(samples, std::min(most_stretches, samples));
            const int64_t stretches = ceil_divide(samples, stretch);
            return {
                wanted,
                ceil_divide(inputs, tile.rows) * ceil_divide(outputs, tile.columns),
                static_cast<int32_t>(stretches),
                static_cast<int32_t>(stretch),
                static_cast<int32_t>(tile.threads),
                static_cast<int32_t>(4 * tile.shared_words),
                stretches > 1 ? stretches * inputs * outputs : 0,
                copied_inputs ? samples * words(positions) * padded(inputs) : 0,
                copied_outputs ? samples * words(positions) * padded(outputs) : 0};
        }
    }
}

}  // namespace sequence_plan

// The cheapest plan of a pass; all numbers at least 1. `aligned`: both operands lie at multiples of 16 bytes.
// `shared_limit`: bytes of dynamic shared memory that a block can be given; a small tile takes less than 64 KiB.
inline SequencePlan plan_sequences(
    ConnectionPass pass, SequencePrecision precision, const SequenceShape& shape, bool aligned,
    int32_t multiprocessors, int32_t shared_limit) {
    using namespace sequence_plan;
    const bool weight = pass == ConnectionPass::BACKWARD_WEIGHT;
    const int64_t depth = pass == ConnectionPass::FORWARD          ? shape.inputs
                          : pass == ConnectionPass::BACKWARD_INPUT ? shape.outputs
                                                                   : shape.positions;
    const int64_t turns = ceil_divide(words_of(precision, depth), SEQUENCE_TURN);
    SequencePlan best{};
    int64_t best_clocks = INT64_MAX;
    for (const SequenceTile wanted : {SequenceTile::LARGE, SequenceTile::SMALL}) {
        const TileShape tile = tile_shape(pass, wanted);
        if (wanted == SequenceTile::LARGE && 4 * tile.shared_words > shared_limit) {
            continue;
        }
        for (int64_t stretches = 1; stretches <= (weight ? MOST_STRETCHES : 1); ++stretches) {
            const SequencePlan plan = plan_with(pass, precision, shape, aligned, wanted, stretches);
            if (plan.stretches != stretches || plan.partials > LARGEST_PARTIALS) {
                continue;
            }
            const int64_t samples = weight ? plan.stretch : 1;
            int64_t cost = clocks(
                tile, plan.tiles * stretches, samples * turns, weight ? samples * SAMPLE_CLOCKS : 0, multiprocessors);
            if (stretches > 1) {
                cost += LAUNCH_CLOCKS + plan.partials * 8 / PARTIAL_BYTES_A_CLOCK;
            }
            if (cost < best_clocks) {
                best_clocks = cost;
                best = plan;
            }
        }
    }
    return best;
}
