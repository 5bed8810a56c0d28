// Gradient of the inputs of sequences, with the very mask of the forward pass:
//
//   dx[b,t,i] = scale * sum_u dz[b,t,u] w[i,u] m[b,i,u]        times act'(z_below[b,t,i]) unless act is linear
//
//   dz [samples, positions, words of outputs], w [inputs, words of outputs]: operands as sequence_operands.cu makes
//   them; dx, z_below and y_below [samples, positions, inputs].
//
// A block computes Tile::ROWS positions of one sample by Tile::COLUMNS inputs; masks are applied as in the forward
// pass.
#pragma once

#include "activation.cuh"
#include "sequence_mask.cuh"

struct SequenceBackwardInput {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t positions;
    int32_t inputs;
    int32_t outputs;
    const uint32_t* dz;
    const uint32_t* w;
    Activation activation;  // of the layer below; LINEAR leaves dx as it is
    const float* z_below;   // either may be null if the derivative does not take it
    const float* y_below;
    float* dx;
};

// Masks the words of 32 inputs, a lane's from `quad` on, and half a turn, whose outputs begin in a block of the mask at
// `first`.
template <class Precision, class Bits>
__device__ __forceinline__ void
keep_backward_input(const uint32_t* bits, int quad, int block, int first, uint32_t (&words)[4][4]) {
    constexpr int PER_WORD = Precision::PER_WORD;
    uint32_t kept[4];
    Bits::read(bits, quad, block, kept);
#pragma unroll
    for (int slot = 0; slot < 4; ++slot) {
        const uint32_t shifted = kept[slot] >> lane_member() * 4 * PER_WORD;
#pragma unroll
        for (int word = 0; word < 4; ++word) {
            if constexpr (PER_WORD == 1) {
                words[slot][word] = Precision::kept(words[slot][word], shifted, first + word);
            } else {
                words[slot][word] =
                    Precision::kept(words[slot][word], shifted, first + word * 2, first + word * 2 + 1);
            }
        }
    }
}

template <class Source, class Precision, class Tile>
__device__ __forceinline__ void sequence_backward_input(const SequenceBackwardInput& p) {
    constexpr int PER_WORD = Precision::PER_WORD;
    constexpr int TURN_OUTPUTS = SEQUENCE_TURN * PER_WORD;
    constexpr int GROUP_TURNS = SEQUENCE_MASK_GROUP / TURN_OUTPUTS;
    using Ds = WordsAlong<Tile::ROWS, Tile::THREADS>;
    using Ws = WordsAlong<Tile::COLUMNS, Tile::THREADS>;
    using Bits = KeptBits<Tile::COLUMNS / 4, SEQUENCE_MASK_GROUP / 32>;
    static_assert(Bits::WORDS == Tile::GROUP_WORDS && Ds::WORDS + Ws::WORDS == Tile::STAGE_WORDS, "as launches are told");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.positions) + Tile::ROWS - 1) / Tile::ROWS;
    const uint32_t column_tiles = (static_cast<uint32_t>(p.inputs) + Tile::COLUMNS - 1) / Tile::COLUMNS;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::ROWS;
    const uint32_t input0 = blockIdx.x / row_tiles % column_tiles * Tile::COLUMNS;
    const uint32_t b = blockIdx.x / row_tiles / column_tiles;
    const uint32_t sample = p.first_sample + b;
    const int32_t output_words = (p.outputs + PER_WORD - 1) / PER_WORD;
    const int32_t width = (output_words + 3) / 4 * 4;
    const uint32_t* const dz = p.dz + static_cast<int64_t>(b) * p.positions * width;

    DYNAMIC_SHARED(shared);
    uint32_t* const words = reinterpret_cast<uint32_t*>(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, words);
    uint32_t* const bits = words + MASK_SCHEDULE_WORDS;
    uint32_t* const stages = bits + 2 * Bits::WORDS;

    const int turns = (output_words + SEQUENCE_TURN - 1) / SEQUENCE_TURN;
    const auto copy = [&](int turn) {
        if (turn < turns) {
            uint32_t* const stage = stages + turn % Tile::STAGES * Tile::STAGE_WORDS;
            Ds::copy(stage, dz, p.positions, width, row0, turn * SEQUENCE_TURN);
            Ws::copy(stage + Ds::WORDS, p.w, p.inputs, width, input0, turn * SEQUENCE_TURN);
        }
        commit_copies();
    };
    const auto draw = [&](int group) {
        if constexpr (Source::DRAWN) {
            Bits::template draw<Source, Tile::THREADS>(
                mask, bits + group % 2 * Bits::WORDS, input0 / 4, group * Bits::BLOCKS, sample);
        }
    };

    SequenceSums<Tile> sums = {};
#pragma unroll
    for (int turn = 0; turn < Tile::STAGES - 1; ++turn) {
        copy(turn);
    }
    __syncthreads();  // the schedule is written
    draw(0);
#pragma unroll 1
    for (int turn = 0; turn < turns; ++turn) {
        wait_for_copies_but<Tile::STAGES - 2>();
        __syncthreads();
        copy(turn + Tile::STAGES - 1);
        const int group = turn / GROUP_TURNS;
        if (turn % GROUP_TURNS == 0 && (group + 1) * GROUP_TURNS < turns) {
            draw(group + 1);
        }
        uint32_t* const stage = stages + turn % Tile::STAGES * Tile::STAGE_WORDS;
        const uint32_t* const group_bits = bits + group % 2 * Bits::WORDS;
        const int block0 = turn % GROUP_TURNS * PER_WORD;
        if constexpr (Source::NORMALS) {
            using Element = typename Precision::Element;
            disturb_weights<Source, Precision, Tile::COLUMNS / 4, TURN_OUTPUTS, Tile::THREADS>(
                mask, input0 / 4, turn * TURN_OUTPUTS, sample,
                [&](int i, int u) {
                    return reinterpret_cast<Element*>(stage + Ds::WORDS + Ws::word_index(i, u / PER_WORD)) +
                           u % PER_WORD;
                },
                [&](int quad, int u) { return group_bits + Bits::index(quad, block0 + u / 32); });
            __syncthreads();
        }
        multiply_turn<Precision, Tile, Ds, Ws>(
            stage, stage + Ds::WORDS, sums, [&](int half, int block, uint32_t(&w)[4][4]) {
#pragma unroll
                for (int n = 0; n < 16; ++n) {
                    w[n / 4][n % 4] = Precision::operand(w[n / 4][n % 4]);
                }
                if constexpr (!Source::NORMALS) {
                    // Half a turn is half a block of the mask, or a whole one.
                    keep_backward_input<Precision, Bits>(
                        group_bits, warp_column<Tile>() / 4 + block * 8 + lane_group(),
                        block0 + (PER_WORD == 1 ? 0 : half), PER_WORD == 1 ? half * 16 : 0, w);
                }
            });
    }

    wait_for_copies();
    __syncthreads();
    const float* const below = derivative_takes_output(p.activation) ? p.y_below : p.z_below;
    const bool derived = p.activation != LINEAR;
    const bool vector = are_vectors(p.inputs, p.dx, derived ? below : nullptr, nullptr);
    store_results<Tile>(reinterpret_cast<float*>(stages), sums, [&](int row, int column, float(&values)[4]) {
        const uint32_t t = row0 + row;
        const uint32_t i = input0 + column;
        if (t >= static_cast<uint32_t>(p.positions) || i >= static_cast<uint32_t>(p.inputs)) {
            return;
        }
        const int64_t at = (static_cast<int64_t>(b) * p.positions + t) * p.inputs;
#pragma unroll
        for (int n = 0; n < 4; ++n) {
            values[n] *= p.scale;
        }
        if (derived) {
            float of[4];
            load_neighbours(below + at, i, p.inputs, vector, of);
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                values[n] *= activation_derivative(p.activation, of[n], of[n]);
            }
        }
        store_neighbours(p.dx + at, i, p.inputs, vector, values);
    });
}
