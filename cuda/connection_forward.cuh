// Forward pass with a mask on every connection:
//
//   z[b,u] = scale * sum_i x[b,i] w[i,u] m[b,i,u] + bias[u]      y[b,u] = act(z[b,u])
//
//   x [samples, inputs], w [inputs, outputs], z and y [samples, outputs], row-major; m is never stored: its bits are
//   drawn into shared memory by the tile, as packed words, and become the predicates of multiply-adds.
//
// A block computes Tile::SAMPLES x Tile::OUTPUTS results over a split of the inputs. Of several splits each stores
// plain sums to partials[split][b][u], for connection_forward_sum. Sums run over i in order, so that results depend
// on the split length and on nothing else.
#pragma once

#include "activation.cuh"
#include "connection_tiles.h"
#include "mask_tile.cuh"
#include "thread_tile.cuh"
#include "tile_copy.cuh"

struct ConnectionForward {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t samples;
    int32_t inputs;
    int32_t outputs;
    const float* x;
    const float* w;
    const float* bias;  // null for none
    Activation activation;
    float* z;  // may be y
    float* y;
    uint32_t* packed;      // read by Packed; written by the others unless null
    float* partials;       // null if this is the only split
    int32_t split_length;  // a multiple of Tile::INPUTS
};

// sums[u] += x[i] w[i][u] m[i][u] over the four inputs of a quad, for eight outputs of one sample.
template <class Source>
__device__ __forceinline__ void forward_quad(
    const ScheduledMask& mask, uint32_t output, uint32_t quad, uint32_t sample, uint32_t word, const float (&x)[4],
    const float (&w)[4][8], float (&sums)[8]) {
    if constexpr (Source::NORMALS) {
#pragma unroll
        for (int u = 0; u < 8; ++u) {
            float m[4];
            draw_multipliers<Source>(
                mask, output + u, quad, sample, [&](int i) { return bit_is_set(word, i * 8 + u); }, m);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                sums[u] = fmaf(x[i], w[i][u] * m[i], sums[u]);
            }
        }
    } else {
        for_each_kept<Source>(word, [&](int i, int u) { sums[u] = fmaf(x[i], w[i][u], sums[u]); });
    }
}

// Bytes of dynamic shared memory: the generator's keys and two stages.
template <class Source, class Tile>
constexpr int connection_forward_shared() {
    return 4 * (MASK_SCHEDULE_WORDS + 2 * (FORWARD_STAGE<Tile> + (Source::BITS ? FORWARD_STAGE_BITS<Tile> : 0)));
}

template <class Source, class Tile>
__device__ __forceinline__ void connection_forward(const ConnectionForward& p) {
    constexpr int K = Tile::INPUTS;
    constexpr int ROWS = Tile::THREAD_SAMPLES;
    constexpr int COLUMN_THREADS = Tile::OUTPUTS / 8;
    using Xs = TileAlongRows<Tile::SAMPLES, K, K + 4, Tile::THREADS, Tile::VECTOR>;
    using Ws = TileAlongColumns<K, Tile::OUTPUTS, Tile::THREADS, Tile::VECTOR, SplitOctets<Tile::OUTPUTS>>;
    using Bits = MaskTile<K / 4, Tile::OUTPUTS / 8, Tile::SAMPLES>;
    // A stage in shared memory, in words: x, w, bits.
    constexpr int W_START = Xs::FLOATS;
    constexpr int BITS_START = W_START + Ws::FLOATS;
    constexpr int STAGE = BITS_START + (Source::BITS ? Bits::WORDS : 0);
    static_assert(STAGE == FORWARD_STAGE<Tile> + (Source::BITS ? FORWARD_STAGE_BITS<Tile> : 0), "as in kernels.json");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.samples) + Tile::SAMPLES - 1) / Tile::SAMPLES;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::SAMPLES;
    const uint32_t output0 = blockIdx.x / row_tiles * Tile::OUTPUTS;
    const uint32_t begin = blockIdx.y * p.split_length;
    const int column_thread = threadIdx.x % COLUMN_THREADS;
    const int row_thread = threadIdx.x / COLUMN_THREADS;
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, reinterpret_cast<uint32_t*>(shared));
    float* const stages = reinterpret_cast<float*>(shared) + MASK_SCHEDULE_WORDS;
    uint32_t* const bit_stages = reinterpret_cast<uint32_t*>(stages + BITS_START);
    Xs xs(p.x, p.samples, p.inputs, row0, stages);
    Ws ws(p.w, p.outputs, output0, begin, stages + W_START);
    MaskDrawer<Bits, Tile::THREADS> drawer(begin / 4, output0 / 32, row0, bit_stages);
    std::conditional_t<Source::PACKED, PackedAlongInputs<Bits, K / 4, Tile::THREADS>, NoCopies> packed(
        shape, p.packed, begin / 4, output0 / 8, row0, bit_stages);
    const float* x_read = stages + row_thread * ROWS * (K + 4);
    const float* w_read = stages + W_START + column_thread * 4;
    const uint32_t* bits_read = bit_stages + Bits::index(0, column_thread, row_thread * ROWS);

    int stage = STAGE;  // the way from the current stage to the other
    const auto fill = [&](uint32_t k, int32_t left) {
        xs.start(k, left, stage);
        ws.start(left, stage);
        packed.start(left, stage);
        if constexpr (Source::DRAWN) {
            drawer.template draw<Source::PLANES, K / 4, 0>(mask, p.first_sample, shape, p.packed, stage);
        }
    };

    float sums[ROWS][8] = {};
    uint32_t k = begin;
    int32_t left = min(p.split_length, static_cast<int32_t>(p.inputs - begin));  // inputs not yet summed
    if constexpr (Source::DRAWN || Source::NORMALS) {
        __syncthreads();  // the schedule is written
    }
    fill(k, left);
    stage = -stage;
#pragma unroll 1
    for (; left > 0; left -= K) {
        wait_for_copies();
        __syncthreads();
        if (left > K) {
            fill(k + K, left - K);
        }
#pragma unroll(Source::NORMALS ? 1 : K / 4)
        for (int quad = 0; quad < K / 4; ++quad) {
            float w[4][8];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                load_octet(w_read + (quad * 4 + i) * Tile::OUTPUTS, Tile::OUTPUTS / 2, w[i]);
            }
#pragma unroll
            for (int first = 0; first < ROWS; first += Tile::GROUP) {
                uint32_t words[Tile::GROUP] = {};
                if constexpr (Source::BITS) {
                    load_words(bits_read + Bits::index(quad, 0, first), words);
                }
#pragma unroll
                for (int row = first; row < first + Tile::GROUP; ++row) {
                    float x[4];
                    load_quad(x_read + row * (K + 4) + quad * 4, x);
                    forward_quad<Source>(
                        mask, output0 + column_thread * 8, k / 4 + quad,
                        p.first_sample + row0 + row_thread * ROWS + row, words[row - first], x, w, sums[row]);
                }
            }
        }
        k += K;
        x_read -= stage;
        w_read -= stage;
        bits_read -= stage;
        stage = -stage;
    }

    const uint32_t column = output0 + column_thread * 8;
    float bias[8];
#pragma unroll
    for (int u = 0; u < 8; ++u) {
        bias[u] = p.bias != nullptr && column + u < static_cast<uint32_t>(p.outputs) ? p.bias[column + u] : 0.0f;
    }
#pragma unroll
    for (int row = 0; row < ROWS; ++row) {
        const uint32_t b = row0 + row_thread * ROWS + row;
        if (b < static_cast<uint32_t>(p.samples)) {
            if (p.partials != nullptr) {
                float* const partial = p.partials + (static_cast<int64_t>(blockIdx.y) * p.samples + b) * p.outputs;
                store_columns<Tile::VECTOR>(partial, column, p.outputs, sums[row]);
            } else {
#pragma unroll
                for (int u = 0; u < 8; ++u) {
                    sums[row][u] = fmaf(p.scale, sums[row][u], bias[u]);
                }
                store_columns<Tile::VECTOR>(p.z + static_cast<int64_t>(b) * p.outputs, column, p.outputs, sums[row]);
            }
        }
    }
    if (p.partials != nullptr || (p.activation == LINEAR && p.y == p.z)) {
        return;
    }
    // Not unrolled, as activations are long; a thread reads what it has just written.
#pragma unroll 1
    for (int n = 0; n < ROWS * 8; ++n) {
        const uint32_t b = row0 + row_thread * ROWS + n / 8;
        const uint32_t u = column + n % 8;
        if (b < static_cast<uint32_t>(p.samples) && u < static_cast<uint32_t>(p.outputs)) {
            const int64_t at = static_cast<int64_t>(b) * p.outputs + u;
            p.y[at] = activate(p.activation, p.z[at]);
        }
    }
}
