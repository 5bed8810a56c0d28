// Forward pass over samples with several positions; the positions of a sample share its connection mask:
//
//   z[b,t,u] = scale * sum_i x[b,t,i] w[i,u] m[b,i,u] + bias[u]      y[b,t,u] = act(z[b,t,u])
//
//   x [samples, positions, words of inputs], z and y [samples, positions, outputs];
//   w [inputs, outputs] (Tf32) or [pairs of inputs, outputs] (Bf16); operands as operands.cu makes them.
//
// A block computes Tile::ROWS positions of one sample by Tile::COLUMNS outputs. The mask is applied to the weights in
// registers, bits as predicates; normals are multiplied into the weights in shared memory.
#pragma once

#include "activation.cuh"
#include "multi_position_mask.cuh"

struct MultiPositionForward {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t positions;
    int32_t inputs;
    int32_t outputs;
    const uint32_t* x;
    const uint32_t* w;
    const float* bias;  // null for none
    Activation activation;
    float* z;  // may be y
    float* y;
};

// Masks the words of 32 outputs and half a k-step: a lane's are 4 or 8 inputs from quad lane_quad on, outputs 4g ... of
// a block.
template <class Precision, class Bits>
__device__ __forceinline__ void keep_forward(const uint32_t* bits, int lane_quad, int block, uint32_t (&words)[4][4]) {
    const int shift = lane_group() * 4;
    uint32_t kept[4];
#pragma unroll
    for (int word = 0; word < 4; ++word) {
        if constexpr (Precision::PER_WORD == 1) {
            if (word == 0) {
                Bits::read(bits, lane_quad, block, kept);
            }
            const uint32_t shifted = kept[word] >> shift;
#pragma unroll
            for (int slot = 0; slot < 4; ++slot) {
                words[slot][word] = Precision::kept(words[slot][word], shifted, slot);
            }
        } else {
            if (word % 2 == 0) {
                Bits::read(bits, lane_quad + word / 2, block, kept);
            }
            // The lane's four bits of the first input at bit 0, of the second at bit 16.
            const uint32_t both = __byte_perm(kept[word % 2 * 2], kept[word % 2 * 2 + 1], shift < 16 ? 0x5410 : 0x7632);
#pragma unroll
            for (int slot = 0; slot < 4; ++slot) {
                words[slot][word] = Precision::kept(words[slot][word], both >> shift % 16, slot, 16 + slot);
            }
        }
    }
}

template <class Source, class Precision, class Tile>
__device__ __forceinline__ void multi_position_forward(const MultiPositionForward& p) {
    constexpr int PER_WORD = Precision::PER_WORD;
    constexpr int QUADS = MULTI_POSITION_K_STEP * PER_WORD / 4;  // of a k-step
    constexpr int GROUP_K_STEPS = MULTI_POSITION_MASK_GROUP / 4 / QUADS;
    using Xs = WordsAlong<Tile::ROWS, Tile::THREADS>;
    using Ws = WordsAcross<Tile::COLUMNS, Tile::THREADS>;
    using Bits = KeptBits<MULTI_POSITION_MASK_GROUP / 4, Tile::COLUMNS / 32>;
    static_assert(Bits::WORDS == Tile::GROUP_WORDS && Xs::WORDS + Ws::WORDS == Tile::STAGE_WORDS, "as in kernels.json");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.positions) + Tile::ROWS - 1) / Tile::ROWS;
    const uint32_t column_tiles = (static_cast<uint32_t>(p.outputs) + Tile::COLUMNS - 1) / Tile::COLUMNS;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::ROWS;
    const uint32_t output0 = blockIdx.x / row_tiles % column_tiles * Tile::COLUMNS;
    const uint32_t b = blockIdx.x / row_tiles / column_tiles;
    const uint32_t sample = p.first_sample + b;
    const int32_t input_words = (p.inputs + PER_WORD - 1) / PER_WORD;
    const int32_t x_width = (input_words + 3) / 4 * 4;
    const int32_t w_width = (p.outputs + 3) / 4 * 4;
    const uint32_t* const x = p.x + static_cast<int64_t>(b) * p.positions * x_width;

    DYNAMIC_SHARED(shared);
    uint32_t* const words = reinterpret_cast<uint32_t*>(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, words);
    uint32_t* const bits = words + MASK_SCHEDULE_WORDS;
    uint32_t* const stages = bits + 2 * Bits::WORDS;

    const int k_steps = (input_words + MULTI_POSITION_K_STEP - 1) / MULTI_POSITION_K_STEP;
    const auto copy = [&](int k_step) {
        if (k_step < k_steps) {
            uint32_t* const stage = stages + k_step % Tile::STAGES * Tile::STAGE_WORDS;
            Xs::copy(stage, x, p.positions, x_width, row0, k_step * MULTI_POSITION_K_STEP);
            Ws::copy(stage + Xs::WORDS, p.w, input_words, w_width, output0, k_step * MULTI_POSITION_K_STEP);
        }
        commit_copies();
    };
    const auto draw = [&](int group) {
        if constexpr (Source::DRAWN) {
            Bits::template draw<Source, Tile::THREADS>(
                mask, bits + group % 2 * Bits::WORDS, group * Bits::QUADS, output0 / 32, sample);
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
        const int quad0 = k_step % GROUP_K_STEPS * QUADS;
        if constexpr (Source::NORMALS) {
            using Element = typename Precision::Element;
            perturb_weights<Source, Precision, QUADS, Tile::COLUMNS, Tile::THREADS>(
                mask, k_step * QUADS, output0, sample,
                [&](int i, int u) {
                    return reinterpret_cast<Element*>(stage + Xs::WORDS + Ws::word_index(u, i / PER_WORD)) +
                           i % PER_WORD;
                },
                [&](int quad, int u) { return group_bits + Bits::index(quad0 + quad, u / 32); });
            __syncthreads();
        }
        multiply_k_step<Precision, Tile, Xs, Ws>(
            stage, stage + Xs::WORDS, sums, [&](int half, int block, uint32_t(&w)[4][4]) {
#pragma unroll
                for (int n = 0; n < 16; ++n) {
                    w[n / 4][n % 4] = Precision::operand(w[n / 4][n % 4]);
                }
                if constexpr (!Source::NORMALS) {
                    keep_forward<Precision, Bits>(
                        group_bits, quad0 + half * (QUADS / 2) + lane_member() * PER_WORD,
                        warp_column<Tile>() / 32 + block, w);
                }
            });
    }

    wait_for_copies();
    __syncthreads();
    const bool vector = are_vectors(p.outputs, p.z, p.y, p.bias);
    store_results<Tile>(reinterpret_cast<float*>(stages), sums, [&](int row, int column, float(&values)[4]) {
        const uint32_t t = row0 + row;
        const uint32_t u = output0 + column;
        if (t >= static_cast<uint32_t>(p.positions) || u >= static_cast<uint32_t>(p.outputs)) {
            return;
        }
        float bias[4] = {};
        if (p.bias != nullptr) {
            load_neighbours(p.bias, u, p.outputs, vector, bias);
        }
#pragma unroll
        for (int n = 0; n < 4; ++n) {
            values[n] = fmaf(p.scale, values[n], bias[n]);
        }
        const int64_t at = (static_cast<int64_t>(b) * p.positions + t) * p.outputs;
        store_neighbours(p.z + at, u, p.outputs, vector, values);
        if (p.activation != LINEAR || p.y != p.z) {
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                values[n] = activate(p.activation, values[n]);
            }
            store_neighbours(p.y + at, u, p.outputs, vector, values);
        }
    });
}
