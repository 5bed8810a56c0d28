// Gradient of the inputs, with the very mask of the forward pass:
//
//   dx[b,i] = scale * sum_u dz[b,u] w[i,u] m[b,i,u]
//
//   dz [samples, outputs], w [inputs, outputs], dx [samples, inputs], row-major. If x is the output of a layer below,
//   x = act(z_below), and nobody else reads it, the activation's derivative is taken on the way: dx is then dz of that layer.
//
// A block computes Tile::SAMPLES x Tile::INPUTS results over a stretch of the outputs. Here the sum runs over outputs, 32 of
// which share their random words: a thread draws the words of its own results and keeps them in registers. Of several
// stretches each stores plain sums to partials[stretch][b][i], for connection_backward_input_sum. Sums run over u in order.
#pragma once

#include "activation.cuh"
#include "connection_tiles.h"
#include "mask_words.cuh"
#include "thread_tile.cuh"
#include "tile_copy.cuh"

struct ConnectionBackwardInput {
    Mask mask;
    uint32_t first_sample;
    float scale;
    int32_t samples;
    int32_t inputs;
    int32_t outputs;
    const float* dz;
    const float* w;
    Activation activation;   // of the layer below; LINEAR for none
    const float* z_below;    // [samples, inputs]; read as activation_derivative does
    const float* y_below;
    float* dx;
    const uint32_t* packed;  // read by Packed only
    float* partials;         // null if this is the only stretch
    int32_t stretch;         // a multiple of 32
};

// The kept bits of one quad of inputs, 32 outputs and THREAD_SAMPLES samples, in registers.
template <class Source, int SAMPLES>
struct BackwardInputBits {
    uint32_t words[SAMPLES][4];  // drawn: by input, a bit an output; read: by octet of outputs, packed

    // Whether input i of the quad is kept for output octet * 8 + u.
    __device__ __forceinline__ bool kept(int sample, int i, int octet, int u) const {
        if constexpr (Source::PLANES < 0) {
            return bit_is_set(words[sample][octet], i * 8 + u);
        } else {
            return bit_is_set(words[sample][i], octet * 8 + u);
        }
    }
};

template <class Source, class Tile>
__device__ __forceinline__ void connection_backward_input(const ConnectionBackwardInput& p) {
    constexpr int K = 32;
    constexpr int ROWS = Tile::THREAD_SAMPLES;
    constexpr int QUADS = Tile::THREAD_QUADS;
    using Ds = TileAlongRows<Tile::SAMPLES, K, K + 4, Tile::THREADS, Tile::VECTOR>;
    using Ws = TileAlongRows<Tile::INPUTS, K, K, Tile::THREADS, Tile::VECTOR>;
    constexpr bool DRAWN = Source::BITS && Source::PLANES >= 0;
    constexpr bool READ = Source::BITS && Source::PLANES < 0;
    // A stage in shared memory, in words: dz, w.
    constexpr int W_START = Ds::FLOATS;
    constexpr int STAGE = W_START + Ws::FLOATS;

    const uint32_t row_tiles = (static_cast<uint32_t>(p.samples) + Tile::SAMPLES - 1) / Tile::SAMPLES;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::SAMPLES;
    const uint32_t input0 = blockIdx.x / row_tiles * Tile::INPUTS;
    const uint32_t begin = blockIdx.y * p.stretch;
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const uint32_t row = row0 + lane;                         // of this thread's first sample; the others follow by 32
    const uint32_t quad0 = input0 / 4 + warp * QUADS;         // of this thread's inputs
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, reinterpret_cast<uint32_t*>(shared));
    float* const stages = reinterpret_cast<float*>(shared) + MASK_SCHEDULE_WORDS;
    Ds ds(p.dz, p.samples, p.outputs, row0, begin, stages);
    Ws ws(p.w, p.inputs, p.outputs, input0, begin, stages + W_START);
    const float* d_read = stages + lane * (K + 4);
    const float* w_read = stages + W_START + warp * QUADS * 4 * K;

    int stage = STAGE;  // the way from the current stage to the other
    const auto fill = [&](int32_t left) {
        ds.start(left, stage);
        ws.start(left, stage);
    };

    float sums[ROWS][QUADS][4] = {};
    const uint32_t one = reinterpret_cast<const volatile uint32_t*>(shared)[20];
    uint32_t block = begin / 32;
    int32_t left = min(p.stretch, static_cast<int32_t>(p.outputs - begin));  // outputs not yet summed
    fill(left);
    stage = -stage;
#pragma unroll 1
    for (; left > 0; left -= K) {
        wait_for_copies();
        __syncthreads();
        if (left > K) {
            fill(left - K);
        }
#pragma unroll
        for (int quad = 0; quad < QUADS; ++quad) {
            BackwardInputBits<Source, ROWS> bits;
            if constexpr (DRAWN) {
                uint32_t quads[ROWS];
                uint32_t rows[ROWS];
                uint4 kept[ROWS];
#pragma unroll
                for (int n = 0; n < ROWS; ++n) {
                    quads[n] = quad0 + quad;
                    rows[n] = p.first_sample + row + n * 32;
                }
                draw_bits<Source::PLANES>(mask, block, quads, rows, kept);
#pragma unroll
                for (int n = 0; n < ROWS; ++n) {
                    bits.words[n][0] = kept[n].x * one;
                    bits.words[n][1] = kept[n].y * one;
                    bits.words[n][2] = kept[n].z * one;
                    bits.words[n][3] = kept[n].w * one;
                }
            }
            if constexpr (READ) {
            }
#pragma unroll
            for (int octet = 0; octet < 4; ++octet) {
                float dz[ROWS][8];
#pragma unroll
                for (int n = 0; n < ROWS; ++n) {
                    load_octet(d_read + n * 32 * (K + 4) + octet * 8, 4, dz[n]);
                }
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    float w[8];
                    load_octet(w_read + (quad * 4 + i) * K + octet * 8, 4, w);
#pragma unroll
                    for (int n = 0; n < ROWS; ++n) {
#pragma unroll
                        for (int u = 0; u < 8; ++u) {
                            if (!Source::BITS || bits.kept(n, i, octet, u)) {
                                sums[n][quad][i] = fmaf(dz[n][u], w[u], sums[n][quad][i]);
                            }
                        }
                    }
                }
            }
        }
        ++block;
        d_read -= stage;
        w_read -= stage;
        stage = -stage;
    }
#pragma unroll
    for (int n = 0; n < ROWS; ++n) {
        const uint32_t b = row + n * 32;
        if (b < static_cast<uint32_t>(p.samples)) {
#pragma unroll
            for (int quad = 0; quad < QUADS; ++quad) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const uint32_t input = (quad0 + quad) * 4 + i;
                    if (input < static_cast<uint32_t>(p.inputs)) p.dx[static_cast<int64_t>(b) * p.inputs + input] = p.scale * sums[n][quad][i];
                }
            }
        }
    }
}
