// Gradient of the weights over samples with several positions, with the mask of the forward pass:
//
//   dw[i,u] = scale * sum_b m[b,i,u] sum_t x[b,t,i] dz[b,t,u]
//
//   x [samples, words of positions, inputs], dz [samples, words of positions, outputs]: operands as
//   operands.cu makes them; dw [inputs, outputs]. (The gradient of the bias is column_sums over samples
//   x positions.)
//
// A block computes Tile::ROWS inputs x Tile::COLUMNS outputs over a split of the samples: a sample's sums over t on
// the tensor cores, which the mask then lets into the sums over b, in the order of b. Of several splits each stores
// plain sums to partials[split][i][u], for connection_backward_weight_sum.
#pragma once

#include "multi_position_mask.cuh"

struct MultiPositionBackwardWeight {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t samples;
    int32_t positions;
    int32_t inputs;
    int32_t outputs;
    const uint32_t* x;
    const uint32_t* dz;
    float* dw;
    float* partials;       // null if this is the only split
    int32_t split_length;  // samples
};

// sums += masked products, for one sample; bits are the sample's.
template <class Source, class Tile, class Bits>
__device__ __forceinline__ void add_masked(
    const ScheduledMask& mask, const uint32_t* bits, uint32_t quad0, uint32_t output0, uint32_t sample,
    const MultiPositionSums<Tile>& products, MultiPositionSums<Tile>& sums) {
#pragma unroll
    for (int half_block = 0; half_block < Tile::ROW_BLOCKS * 2; ++half_block) {  // a quad of inputs
        const int e = half_block % 2;
        const int first_slot = half_block / 2 * 4;
        const int quad = warp_row<Tile>() / 4 + half_block / 2 * 8 + lane_member() * 2 + e;
#pragma unroll
        for (int block = 0; block < Tile::COLUMN_BLOCKS; ++block) {
            const int column_block = warp_column<Tile>() / 32 + block;
            uint32_t kept[4] = {};
            if constexpr (Source::BITS) {
                Bits::read(bits, quad, column_block, kept);
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    kept[i] >>= lane_group() * 4;
                }
            }
#pragma unroll
            for (int n = 0; n < 4; ++n) {  // the lane's outputs
                float multipliers[4];
                if constexpr (Source::NORMALS) {
                    draw_multipliers<Source>(
                        mask, output0 + column_block * 32 + lane_group() * 4 + n, quad0 + quad, sample,
                        [&](int i) { return bit_is_set(kept[i], n); }, multipliers);
                }
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float term = products[block * 2 + n / 2][first_slot + i][n % 2 * 2 + e];
                    float& sum = sums[block * 2 + n / 2][first_slot + i][n % 2 * 2 + e];
                    if constexpr (Source::NORMALS) {
                        sum = fmaf(term, multipliers[i], sum);
                    } else if (bit_is_set(kept[i], n)) {
                        sum += term;
                    }
                }
            }
        }
    }
}

template <class Source, class Precision, class Tile>
__device__ __forceinline__ void multi_position_backward_weight(const MultiPositionBackwardWeight& p) {
    constexpr int PER_WORD = Precision::PER_WORD;
    using Xs = WordsAcross<Tile::ROWS, Tile::THREADS>;
    using Ds = WordsAcross<Tile::COLUMNS, Tile::THREADS>;
    using Bits = KeptBits<Tile::ROWS / 4, Tile::COLUMNS / 32>;
    static_assert(
        Bits::WORDS == Tile::SAMPLE_WORDS && Xs::WORDS + Ds::WORDS == Tile::STAGE_WORDS, "as in kernels.json");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.inputs) + Tile::ROWS - 1) / Tile::ROWS;
    const uint32_t input0 = blockIdx.x % row_tiles * Tile::ROWS;
    const uint32_t output0 = blockIdx.x / row_tiles * Tile::COLUMNS;
    const int32_t begin = blockIdx.y * p.split_length;
    const int32_t samples = min(p.split_length, p.samples - begin);
    const int32_t words_of_sample = (p.positions + PER_WORD - 1) / PER_WORD;
    const int32_t x_width = (p.inputs + 3) / 4 * 4;
    const int32_t dz_width = (p.outputs + 3) / 4 * 4;
    const int k_steps = (words_of_sample + MULTI_POSITION_K_STEP - 1) / MULTI_POSITION_K_STEP;  // of a sample

    DYNAMIC_SHARED(shared);
    uint32_t* const words = reinterpret_cast<uint32_t*>(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, words);
    uint32_t* const bits = words + MASK_SCHEDULE_WORDS;
    uint32_t* const stages = bits + 2 * Bits::WORDS;

    // What is copied next: a k-step of a sample, to a stage.
    int32_t copied_sample = 0;
    int copied_k_step = 0;
    int copied_stage = 0;
    const auto copy = [&] {
        if (copied_sample < samples) {
            const int64_t row = static_cast<int64_t>(begin + copied_sample) * words_of_sample;
            uint32_t* const stage = stages + copied_stage * Tile::STAGE_WORDS;
            Xs::copy(
                stage, p.x + row * x_width, words_of_sample, x_width, input0, copied_k_step * MULTI_POSITION_K_STEP);
            Ds::copy(
                stage + Xs::WORDS, p.dz + row * dz_width, words_of_sample, dz_width, output0,
                copied_k_step * MULTI_POSITION_K_STEP);
            if (++copied_k_step == k_steps) {
                copied_k_step = 0;
                ++copied_sample;
            }
            copied_stage = copied_stage + 1 == Tile::STAGES ? 0 : copied_stage + 1;
        }
        commit_copies();
    };
    const auto draw = [&](int32_t sample) {
        if constexpr (Source::DRAWN) {
            Bits::template draw<Source, Tile::THREADS>(
                mask, bits + sample % 2 * Bits::WORDS, input0 / 4, output0 / 32, p.first_sample + begin + sample);
        }
    };

    MultiPositionSums<Tile> sums = {};
    int stage = 0;
#pragma unroll
    for (int k_step = 0; k_step < Tile::STAGES - 1; ++k_step) {
        copy();
    }
    __syncthreads();  // the schedule is written
    draw(0);
#pragma unroll 1
    for (int32_t sample = 0; sample < samples; ++sample) {
        MultiPositionSums<Tile> products = {};
#pragma unroll 1
        for (int k_step = 0; k_step < k_steps; ++k_step) {
            wait_for_copies_but<Tile::STAGES - 2>();
            __syncthreads();
            copy();
            if (k_step == 0 && sample + 1 < samples) {
                draw(sample + 1);
            }
            const uint32_t* const rows = stages + stage * Tile::STAGE_WORDS;
            multiply_k_step<Precision, Tile, Xs, Ds>(
                rows, rows + Xs::WORDS, products, [](int, int, uint32_t(&dz)[4][4]) {
#pragma unroll
                    for (int n = 0; n < 16; ++n) {
                        dz[n / 4][n % 4] = Precision::operand(dz[n / 4][n % 4]);
                    }
                });
            stage = stage + 1 == Tile::STAGES ? 0 : stage + 1;
        }
        add_masked<Source, Tile, Bits>(
            mask, bits + sample % 2 * Bits::WORDS, input0 / 4, output0, p.first_sample + begin + sample, products,
            sums);
    }

    wait_for_copies();
    __syncthreads();
    float* const results =
        p.partials != nullptr ? p.partials + static_cast<int64_t>(blockIdx.y) * p.inputs * p.outputs : p.dw;
    const float scale = p.partials != nullptr ? 1.0f : p.scale;
    const bool vector = are_vectors(p.outputs, results, nullptr, nullptr);
    store_results<Tile>(reinterpret_cast<float*>(stages), sums, [&](int row, int column, float(&values)[4]) {
        const uint32_t i = input0 + row;
        const uint32_t u = output0 + column;
        if (i < static_cast<uint32_t>(p.inputs) && u < static_cast<uint32_t>(p.outputs)) {
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                values[n] *= scale;
            }
            store_neighbours(results + static_cast<int64_t>(i) * p.outputs, u, p.outputs, vector, values);
        }
    });
}
