// Gradient of the weights, with the mask of the forward pass, and of the bias:
//
//   dw[i,u] = scale * sum_b x[b,i] dz[b,u] m[b,i,u]      db[u] = sum_b dz[b,u]
//
//   x [samples, inputs], dz [samples, outputs], dw [inputs, outputs], db [outputs], row-major.
//
// A block computes Tile::INPUTS x Tile::OUTPUTS results over a split of the samples. Of several splits each stores
// plain sums to partials[split][i][u] and bias_partials[split][u], for connection_backward_weight_sum. Sums run
// over b in order.
#pragma once

#include "connection_tiles.h"
#include "mask_tile.cuh"
#include "thread_tile.cuh"
#include "tile_copy.cuh"

struct ConnectionBackwardWeight {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t samples;
    int32_t inputs;
    int32_t outputs;
    const float* x;
    const float* dz;
    float* dw;
    float* db;               // null if not wanted
    const uint32_t* packed;  // read by Packed only
    float* partials;         // null if this is the only split
    float* bias_partials;    // null if db is, or if this is the only split
    int32_t split_length;    // a multiple of Tile::SAMPLES
};

// sums[i][u] += x[i] dz[u] m[i][u] for the four inputs of a quad and eight outputs of one sample.
template <class Source>
__device__ __forceinline__ void backward_weight_quad(
    const ScheduledMask& mask, uint32_t output, uint32_t quad, uint32_t sample, uint32_t word, const float (&x)[4],
    const float (&dz)[8], float (&sums)[4][8]) {
    if constexpr (Source::NORMALS) {
#pragma unroll
        for (int u = 0; u < 8; ++u) {
            float m[4];
            draw_multipliers<Source>(
                mask, output + u, quad, sample, [&](int i) { return bit_is_set(word, i * 8 + u); }, m);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                sums[i][u] = fmaf(x[i], dz[u] * m[i], sums[i][u]);
            }
        }
    } else {
        for_each_kept<Source>(word, [&](int i, int u) { sums[i][u] = fmaf(x[i], dz[u], sums[i][u]); });
    }
}

// How many blocks are to fit a multiprocessor: several planes take too many registers for more than 12 warps.
template <class Source, class Tile>
constexpr int backward_weight_blocks() {
    constexpr int TWELVE_WARPS = 384 / Tile::THREADS;
    const bool several_planes = Source::PLANES == 0 || Source::PLANES == 2;
    return several_planes && Tile::BLOCKS > TWELVE_WARPS ? TWELVE_WARPS : Tile::BLOCKS;
}

// Bytes of dynamic shared memory: the generator's keys and two stages.
template <class Source, class Tile>
constexpr int connection_backward_weight_shared() {
    return 4 * (MASK_SCHEDULE_WORDS +
                2 * (BACKWARD_WEIGHT_STAGE<Tile> + (Source::BITS ? BACKWARD_WEIGHT_STAGE_BITS<Tile> : 0)));
}

template <class Source, class Tile>
__device__ __forceinline__ void connection_backward_weight(const ConnectionBackwardWeight& p) {
    constexpr int K = Tile::SAMPLES;
    constexpr int QUADS = Tile::THREAD_QUADS;
    constexpr int COLUMN_THREADS = Tile::OUTPUTS / 8;
    using Xs = TileAlongColumns<K, Tile::INPUTS, Tile::THREADS, Tile::VECTOR, PlainColumns>;
    using Ds = TileAlongColumns<K, Tile::OUTPUTS, Tile::THREADS, Tile::VECTOR, SplitOctets<Tile::OUTPUTS>>;
    using Bits = MaskTile<Tile::INPUTS / 4, Tile::OUTPUTS / 8, K>;
    // A stage in shared memory, in words: x, dz, bits.
    constexpr int D_START = Xs::FLOATS;
    constexpr int BITS_START = D_START + Ds::FLOATS;
    constexpr int STAGE = BITS_START + (Source::BITS ? Bits::WORDS : 0);
    static_assert(
        STAGE == BACKWARD_WEIGHT_STAGE<Tile> + (Source::BITS ? BACKWARD_WEIGHT_STAGE_BITS<Tile> : 0),
        "as in kernels.json");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.inputs) + Tile::INPUTS - 1) / Tile::INPUTS;
    const uint32_t input0 = blockIdx.x % row_tiles * Tile::INPUTS;
    const uint32_t output0 = blockIdx.x / row_tiles * Tile::OUTPUTS;
    const uint32_t begin = blockIdx.y * p.split_length;
    const int column_thread = threadIdx.x % COLUMN_THREADS;
    const int row_thread = threadIdx.x / COLUMN_THREADS;
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, reinterpret_cast<uint32_t*>(shared));
    float* const stages = reinterpret_cast<float*>(shared) + MASK_SCHEDULE_WORDS;
    uint32_t* const bit_stages = reinterpret_cast<uint32_t*>(stages + BITS_START);
    Xs xs(p.x, p.inputs, input0, begin, stages);
    Ds ds(p.dz, p.outputs, output0, begin, stages + D_START);
    MaskDrawer<Bits, Tile::THREADS> drawer(input0 / 4, output0 / 32, begin, bit_stages);
    std::conditional_t<Source::PACKED, PackedAlongSamples<Bits, K, Tile::THREADS>, NoCopies> packed(
        shape, p.packed, input0 / 4, output0 / 8, begin, bit_stages);
    const float* x_read = stages + row_thread * QUADS * 4;
    const float* d_read = stages + D_START + column_thread * 4;
    const uint32_t* bits_read = bit_stages + Bits::index(row_thread * QUADS, column_thread, 0);
    static_assert(Tile::THREADS >= Tile::OUTPUTS, "a thread sums one column of dz for the bias");
    const bool bias_block = p.db != nullptr && input0 == 0;
    const float* bias_read = stages + D_START + SplitOctets<Tile::OUTPUTS>::column(threadIdx.x % Tile::OUTPUTS);

    int stage = STAGE;  // the way from the current stage to the other
    const auto fill = [&](int32_t left) {
        xs.start(left, stage);
        ds.start(left, stage);
        packed.start(left, stage);
        if constexpr (Source::DRAWN) {
            drawer.template draw<Source::PLANES, 0, K>(mask, p.first_sample, shape, nullptr, stage);
        }
    };

    float sums[QUADS][4][8] = {};
    float bias_sum = 0.0f;
    uint32_t sample0 = p.first_sample + begin;
    int32_t left = min(p.split_length, static_cast<int32_t>(p.samples - begin));  // samples not yet summed
    if constexpr (Source::DRAWN || Source::NORMALS) {
        __syncthreads();  // the schedule is written
    }
    fill(left);
    stage = -stage;
#pragma unroll 1
    for (; left > 0; left -= K) {
        wait_for_copies();
        __syncthreads();
        if (left > K) {
            fill(left - K);
        }
        if (bias_block) {
#pragma unroll
            for (int k = 0; k < K; ++k) {
                bias_sum += bias_read[k * Tile::OUTPUTS];
            }
        }
#pragma unroll(Source::NORMALS ? 1 : K / Tile::GROUP)
        for (int first = 0; first < K; first += Tile::GROUP) {
            uint32_t words[QUADS][Tile::GROUP] = {};
            if constexpr (Source::BITS) {
#pragma unroll
                for (int quad = 0; quad < QUADS; ++quad) {
                    load_words(bits_read + Bits::index(quad, 0, first), words[quad]);
                }
            }
#pragma unroll
            for (int member = 0; member < Tile::GROUP; ++member) {
                float dz[8];
                load_octet(d_read + (first + member) * Tile::OUTPUTS, Tile::OUTPUTS / 2, dz);
#pragma unroll
                for (int quad = 0; quad < QUADS; ++quad) {
                    float x[4];
                    load_quad(x_read + (first + member) * Tile::INPUTS + quad * 4, x);
                    backward_weight_quad<Source>(
                        mask, output0 + column_thread * 8, input0 / 4 + row_thread * QUADS + quad,
                        sample0 + first + member, words[quad][member], x, dz, sums[quad]);
                }
            }
        }
        sample0 += K;
        x_read -= stage;
        d_read -= stage;
        bits_read -= stage;
        bias_read -= stage;
        stage = -stage;
    }

    const uint32_t column = output0 + column_thread * 8;
    const int64_t split_row = p.partials != nullptr ? static_cast<int64_t>(blockIdx.y) * p.inputs : 0;
    float* const results = p.partials != nullptr ? p.partials : p.dw;
    const float scale = p.partials != nullptr ? 1.0f : p.scale;
#pragma unroll
    for (int n = 0; n < QUADS * 4; ++n) {
        const uint32_t i = input0 + row_thread * QUADS * 4 + n;
        if (i < static_cast<uint32_t>(p.inputs)) {
#pragma unroll
            for (int u = 0; u < 8; ++u) {
                sums[n / 4][n % 4][u] *= scale;
            }
            store_columns<Tile::VECTOR>(results + (split_row + i) * p.outputs, column, p.outputs, sums[n / 4][n % 4]);
        }
    }
    const uint32_t u = output0 + threadIdx.x;
    if (bias_block && threadIdx.x < Tile::OUTPUTS && u < static_cast<uint32_t>(p.outputs)) {
        float* const to =
            p.bias_partials != nullptr ? p.bias_partials + static_cast<int64_t>(blockIdx.y) * p.outputs : p.db;
        to[u] = bias_sum;
    }
}
