// Gradient of the inputs of samples with several positions, with the mask of the forward pass:
//
//   dx[b,t,i] = scale * sum_u dz[b,t,u] w[i,u] m[b,i,u]
//
//   dz [samples, positions, words of outputs], w [inputs, words of outputs]: operands as operands.cu
//   makes them; dx [samples, positions, inputs].
//
// A block computes Tile::ROWS positions of one sample by Tile::COLUMNS inputs; masks are applied as in the forward
// pass.
#pragma once

#include "multi_position_mask.cuh"

struct MultiPositionBackwardInput {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t positions;
    int32_t inputs;
    int32_t outputs;
    const uint32_t* dz;
    const uint32_t* w;
    float* dx;
};

// Masks the words of 32 inputs, a lane's from `quad` on, and half a k-step, whose outputs begin in a block of the mask
// at `first`.
template <class Precision, class Bits>
__device__ __forceinline__ void keep_backward_input(
    const uint32_t* bits, int quad, int block, int first, uint32_t (&words)[4][4]) {
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
                words[slot][word] = Precision::kept(words[slot][word], shifted, first + word * 2, first + word * 2 + 1);
            }
        }
    }
}

template <class Source, class Precision, class Tile>
__device__ __forceinline__ void multi_position_backward_input(const MultiPositionBackwardInput& p) {
    constexpr int PER_WORD = Precision::PER_WORD;
    constexpr int K_STEP_OUTPUTS = MULTI_POSITION_K_STEP * PER_WORD;
    constexpr int GROUP_K_STEPS = MULTI_POSITION_MASK_GROUP / K_STEP_OUTPUTS;
    using Ds = WordsAlong<Tile::ROWS, Tile::THREADS>;
    using Ws = WordsAlong<Tile::COLUMNS, Tile::THREADS>;
    using Bits = KeptBits<Tile::COLUMNS / 4, MULTI_POSITION_MASK_GROUP / 32>;
    static_assert(Bits::WORDS == Tile::GROUP_WORDS && Ds::WORDS + Ws::WORDS == Tile::STAGE_WORDS, "as in kernels.json");

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

    const int k_steps = (output_words + MULTI_POSITION_K_STEP - 1) / MULTI_POSITION_K_STEP;
    const auto copy = [&](int k_step) {
        if (k_step < k_steps) {
            uint32_t* const stage = stages + k_step % Tile::STAGES * Tile::STAGE_WORDS;
            Ds::copy(stage, dz, p.positions, width, row0, k_step * MULTI_POSITION_K_STEP);
            Ws::copy(stage + Ds::WORDS, p.w, p.inputs, width, input0, k_step * MULTI_POSITION_K_STEP);
        }
        commit_copies();
    };
    const auto draw = [&](int group) {
        if constexpr (Source::DRAWN) {
            Bits::template draw<Source, Tile::THREADS>(
                mask, bits + group % 2 * Bits::WORDS, input0 / 4, group * Bits::BLOCKS, sample);
        }
    };

    MultiPositionSums<Tile> sums = {};
#pragma unroll
    for (int k_step = 0; k_step < Tile::STAGES - 1; ++k_step) {
        copy(k_step);
    }
    __syncthreads();  // the schedule is written
    draw(0);
#pragma unroll 1
    for (int k_step = 0; k_step < k_steps; ++k_step) {
        wait_for_copies_but<Tile::STAGES - 2>();
        __syncthreads();
        copy(k_step + Tile::STAGES - 1);
        const int group = k_step / GROUP_K_STEPS;
        if (k_step % GROUP_K_STEPS == 0 && (group + 1) * GROUP_K_STEPS < k_steps) {
            draw(group + 1);
        }
        uint32_t* const stage = stages + k_step % Tile::STAGES * Tile::STAGE_WORDS;
        const uint32_t* const group_bits = bits + group % 2 * Bits::WORDS;
        const int block0 = k_step % GROUP_K_STEPS * PER_WORD;
        if constexpr (Source::NORMALS) {
            using Element = typename Precision::Element;
            perturb_weights<Source, Precision, Tile::COLUMNS / 4, K_STEP_OUTPUTS, Tile::THREADS>(
                mask, input0 / 4, k_step * K_STEP_OUTPUTS, sample,
                [&](int i, int u) {
                    return reinterpret_cast<Element*>(stage + Ds::WORDS + Ws::word_index(i, u / PER_WORD)) +
                           u % PER_WORD;
                },
                [&](int quad, int u) { return group_bits + Bits::index(quad, block0 + u / 32); });
            __syncthreads();
        }
        multiply_k_step<Precision, Tile, Ds, Ws>(
            stage, stage + Ds::WORDS, sums, [&](int half, int block, uint32_t(&w)[4][4]) {
#pragma unroll
                for (int n = 0; n < 16; ++n) {
                    w[n / 4][n % 4] = Precision::operand(w[n / 4][n % 4]);
                }
                if constexpr (!Source::NORMALS) {
                    // Half a k-step is half a block of the mask, or a whole one.
                    keep_backward_input<Precision, Bits>(
                        group_bits, warp_column<Tile>() / 4 + block * 8 + lane_group(),
                        block0 + (PER_WORD == 1 ? 0 : half), PER_WORD == 1 ? half * 16 : 0, w);
                }
            });
    }

    wait_for_copies();
    __syncthreads();
    const bool vector = are_vectors(p.inputs, p.dx, nullptr, nullptr);
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
        store_neighbours(p.dx + at, i, p.inputs, vector, values);
    });
}
