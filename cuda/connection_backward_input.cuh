// Gradient of the inputs, with the mask of the forward pass:
//
//   dx[b,i] = scale * sum_u dz[b,u] w[i,u] m[b,i,u]
//
//   dz [samples, outputs], w [inputs, outputs], dx [samples, inputs], row-major.
//
// A block computes Tile::SAMPLES x Tile::INPUTS results over a split of the outputs. Here the sum runs over outputs,
// 32 of which share their random words: a thread draws the words of its own results and keeps them in registers. Of
// several splits each stores plain sums to partials[split][b][i], for connection_backward_input_sum.
//
// Order of a sum: over the even u in order; over the odd u of each 32 from zero, which is then added to the other. The
// seven predicates of an R2P guard multiply-adds to the same result, so that one sum alone would wait for itself; and
// w lies in shared memory such that registers of dz[u] and w[u] are of different banks. With normals, whose drawing
// leaves no time to wait, the sum runs over all u in order.
#pragma once

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
    float* dx;
    const uint32_t* packed;  // read by Packed only
    float* partials;         // null if this is the only split
    int32_t split_length;    // a multiple of 32
};

// The kept bits of SAMPLES samples, one quad of inputs and 32 outputs, in registers.
template <class Source, int SAMPLES>
class BackwardInputBits {
    uint32_t words[SAMPLES][4];  // drawn: one for each input, a bit an output; packed: one for each octet of outputs

  public:
    // `one` is 1, unknown to the compiler: a word that was just computed would be tested bit by bit, one that comes
    // from a multiplication is moved to predicates seven bits at a time.
    __device__ __forceinline__ void draw(
        const ScheduledMask& mask, uint32_t block, uint32_t quad, uint32_t sample, uint32_t one) {
        uint32_t samples[SAMPLES];
#pragma unroll
        for (int n = 0; n < SAMPLES; ++n) {
            samples[n] = sample + n * 32;
        }
        uint4 kept[SAMPLES];
        // Two planes stay rolled as well: unrolled they would take too many registers.
        kept_bits<Source::PLANES == 1 ? 1 : 0>(mask, block, quad, samples, kept);
#pragma unroll
        for (int n = 0; n < SAMPLES; ++n) {
            words[n][0] = kept[n].x * one;
            words[n][1] = kept[n].y * one;
            words[n][2] = kept[n].z * one;
            words[n][3] = kept[n].w * one;
        }
    }

    // Reads the packed words of an octet, for samples 32 apart.
    __device__ __forceinline__ void read(const uint32_t* packed, int octet) {
#pragma unroll
        for (int n = 0; n < SAMPLES; ++n) {
            words[n][octet] = packed[n * 32];
        }
    }

    // Whether input i of the quad is kept for output u of the 32.
    __device__ __forceinline__ bool kept(int sample, int i, int u) const {
        return Source::PACKED ? bit_is_set(words[sample][u / 8], i * 8 + u % 8) : bit_is_set(words[sample][i], u);
    }
};

// sums[n][i] += sum over 32 outputs of dz[n,u] w[i,u] m[n,i,u], for samples n 32 rows apart and the inputs i of one
// quad; w with neighbours swapped. Calls done(octet) when the bits of 8 outputs are not needed any more.
template <class Source, int SAMPLES, int D_STRIDE, int W_STRIDE, class Done>
__device__ __forceinline__ void backward_input_quad(
    const ScheduledMask& mask, uint32_t output, uint32_t quad, uint32_t sample,
    const BackwardInputBits<Source, SAMPLES>& bits, const float* dz, const float* w, float (&sums)[SAMPLES][4],
    const Done& done) {
    if constexpr (Source::NORMALS) {
#pragma unroll 1
        for (int u = 0; u < 32; ++u) {
#pragma unroll
            for (int n = 0; n < SAMPLES; ++n) {
                float m[4];
                draw_multipliers<Source>(
                    mask, output + u, quad, sample + n * 32, [&](int i) { return bits.kept(n, i, u); }, m);
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    sums[n][i] = fmaf(dz[n * 32 * D_STRIDE + u], w[i * W_STRIDE + (u ^ 1)] * m[i], sums[n][i]);
                }
            }
        }
    } else {
        float odd[SAMPLES][4] = {};
#pragma unroll
        for (int octet = 0; octet < 4; ++octet) {
            float d[SAMPLES][8];
#pragma unroll
            for (int n = 0; n < SAMPLES; ++n) {
                load_octet(dz + n * 32 * D_STRIDE + octet * 8, 4, d[n]);
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                float v[8];
                load_octet(w + i * W_STRIDE + octet * 8, 4, v);
#pragma unroll
                for (int n = 0; n < SAMPLES; ++n) {
#pragma unroll
                    for (int u = 0; u < 8; ++u) {
                        if (!Source::BITS || bits.kept(n, i, octet * 8 + u)) {
                            float& sum = u % 2 == 0 ? sums[n][i] : odd[n][i];
                            sum = fmaf(d[n][u], v[u ^ 1], sum);
                        }
                    }
                }
            }
            done(octet);
        }
#pragma unroll
        for (int n = 0; n < SAMPLES; ++n) {
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                sums[n][i] += odd[n][i];
            }
        }
    }
}

// Bytes of dynamic shared memory: the generator's keys and two stages.
template <class Source, class Tile>
constexpr int connection_backward_input_shared() {
    return 4 * (MASK_SCHEDULE_WORDS + 2 * BACKWARD_INPUT_STAGE<Tile>);
}

template <class Source, class Tile>
__device__ __forceinline__ void connection_backward_input(const ConnectionBackwardInput& p) {
    constexpr int K = Tile::OUTPUTS;
    constexpr int ROWS = Tile::THREAD_SAMPLES;
    constexpr int QUADS = Tile::THREAD_QUADS;
    constexpr int D_STRIDE = K + 4;
    using Ds = TileAlongRows<Tile::SAMPLES, K, D_STRIDE, Tile::THREADS, Tile::VECTOR>;
    using Ws = SwappedTileAlongRows<Tile::INPUTS, K, Tile::THREADS>;
    static_assert(K == 32, "the outputs of a k-step share their random words");
    // A stage in shared memory, in words: dz, w.
    constexpr int W_START = Ds::FLOATS;
    constexpr int STAGE = W_START + Ws::FLOATS;
    static_assert(STAGE == BACKWARD_INPUT_STAGE<Tile>, "as in kernels.json");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.samples) + Tile::SAMPLES - 1) / Tile::SAMPLES;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::SAMPLES;
    const uint32_t input0 = blockIdx.x / row_tiles * Tile::INPUTS;
    const uint32_t begin = blockIdx.y * p.split_length;
    const int warp = threadIdx.x / 32;
    const uint32_t row = row0 + threadIdx.x % 32;      // of this thread's first sample
    const uint32_t quad0 = input0 / 4 + warp * QUADS;  // of this thread's inputs
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, reinterpret_cast<uint32_t*>(shared));
    float* const stages = reinterpret_cast<float*>(shared) + MASK_SCHEDULE_WORDS;
    Ds ds(p.dz, p.samples, p.outputs, row0, stages);
    Ws ws(p.w, p.inputs, p.outputs, input0, stages + W_START);
    const float* d_read = stages + threadIdx.x % 32 * D_STRIDE;
    const float* w_read = stages + W_START + warp * QUADS * 4 * Ws::STRIDE;

    // Packed words are read into registers octet by octet, those of the next quad when this quad's are used.
    BackwardInputBits<Source, ROWS> bits;
    const uint32_t* packed = nullptr;
    const int64_t octet_step = shape.samples;
    const int64_t quad_step = shape.octets * octet_step;
    if constexpr (Source::PACKED) {
        packed = p.packed + shape.index(min(quad0, shape.quads - 1), begin / 8, 0) + row;
#pragma unroll
        for (int octet = 0; octet < 4; ++octet) {
            bits.read(packed + octet * octet_step, octet);
        }
    }

    int stage = STAGE;  // the way from the current stage to the other
    const auto fill = [&](uint32_t k, int32_t left) {
        ds.start(k, left, stage);
        ws.start(k, left, stage);
    };

    float sums[QUADS][ROWS][4] = {};
    uint32_t k = begin;
    int32_t left = min(p.split_length, static_cast<int32_t>(p.outputs - begin));  // outputs not yet summed
    fill(k, left);
    stage = -stage;
    __syncthreads();  // the schedule is written
    const uint32_t one = mask.key.one();
#pragma unroll 1
    for (; left > 0; left -= K) {
        wait_for_copies();
        __syncthreads();
        if (left > K) {
            fill(k + K, left - K);
        }
#pragma unroll
        for (int quad = 0; quad < QUADS; ++quad) {
            // Also keeps the compiler from drawing for the next quad while this one's bits and dz take the registers.
            if (quad0 + quad >= shape.quads) {
                continue;
            }
            if constexpr (Source::DRAWN) {
                bits.draw(mask, k / 32, quad0 + quad, keep(p.first_sample + row), one);
            }
            if constexpr (Source::PACKED) {
                // Once too often, but without a branch.
                const int64_t back = quad == 0 ? 0 : quad_step;
                packed += quad + 1 < QUADS && quad0 + quad + 1 < shape.quads ? quad_step
                          : left > K                                         ? octet_step * 4 - back
                                                                             : 0;
            }
            const uint32_t* next = packed;
            backward_input_quad<Source, ROWS, D_STRIDE, Ws::STRIDE>(
                mask, k, quad0 + quad, p.first_sample + row, bits, d_read, w_read + quad * 4 * Ws::STRIDE, sums[quad],
                [&](int octet) {
                    if constexpr (Source::PACKED) {
                        bits.read(next, octet);
                        next += octet_step;
                    }
                });
        }
        k += K;
        d_read -= stage;
        w_read -= stage;
        stage = -stage;
    }

    float* const results =
        p.partials != nullptr ? p.partials + static_cast<int64_t>(blockIdx.y) * p.samples * p.inputs : p.dx;
    const float scale = p.partials != nullptr ? 1.0f : p.scale;
#pragma unroll
    for (int quad = 0; quad < QUADS; ++quad) {
#pragma unroll
        for (int n = 0; n < ROWS; ++n) {
            const uint32_t b = row + n * 32;
            if (b < static_cast<uint32_t>(p.samples)) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    sums[quad][n][i] *= scale;
                }
                store_columns<Tile::VECTOR>(
                    results + static_cast<int64_t>(b) * p.inputs, (quad0 + quad) * 4, p.inputs, sums[quad][n]);
            }
        }
    }
}
