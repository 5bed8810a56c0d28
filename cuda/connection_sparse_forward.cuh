// Forward pass with a mask on every connection, on sparse tensor cores (sparse_product.cuh), with factors of TERMS
// bf16:
//
//   z[b,u] = scale * sum_i x[b,i] w[i,u] m[b,i,u] + bias[u]      y[b,u] = act(z[b,u])
//
//   x [samples, inputs], w [inputs, outputs], z and y [samples, outputs], row-major.
//
// Operands, packed words and splits are those of connection_forward.cuh. A warp multiplies all outputs of the tile with
// its own samples: a lane draws the words of block g of 32 outputs and of quad q % 2 of eight inputs, for samples of
// half q / 2 of the warp's.
#pragma once

#include "connection_forward.cuh"
#include "connection_sparse_tiles.h"
#include "sparse_product.cuh"

// The factor B of the forward pass: SAMPLES x K numbers, words at [term][sample][sparse_place(k)].
template <int SAMPLES, int K, int TERMS, int VECTOR>
class SparseSamples {
    static constexpr int PER_ROW = K / 4;
    static_assert(SAMPLES * PER_ROW <= SPARSE_THREADS, "a thread copies once");

    const float* source;
    bool inside;
    float* raw;

    static __device__ __forceinline__ int row() {
        return threadIdx.x / PER_ROW;
    }
    static __device__ __forceinline__ int column() {
        return threadIdx.x % PER_ROW * 4;
    }
    static __device__ __forceinline__ bool copies() {
        return SAMPLES * PER_ROW == SPARSE_THREADS || threadIdx.x < SAMPLES * PER_ROW;
    }

  public:
    static constexpr int RAW_WORDS = SAMPLES * K;
    static constexpr int WORDS = TERMS * SAMPLES * K;

    __device__ __forceinline__
    SparseSamples(const float* x, int32_t samples, int32_t inputs, uint32_t first_row, uint32_t k, float* raw_tile)
        : source(keep(x + (first_row + row()) * static_cast<int64_t>(inputs) + k + column())),
          inside(copies() && first_row + row() < static_cast<uint32_t>(samples)),
          raw(raw_tile + threadIdx.x * 4) {}

    // Starts to copy the next K columns, `left` of which are there.
    __device__ __forceinline__ void start(int32_t left) {
        if (copies()) {
            copy_quad<VECTOR>(raw, source, inside, left - column());
        }
        source += K;
    }

    __device__ __forceinline__ void convert(uint32_t* words) const {
        if (copies()) {
            float numbers[4];
            load_quad(raw, numbers);
            uint32_t converted[4][TERMS];
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                split_word<TERMS>(numbers[n], converted[n]);
            }
            uint32_t* const to = words + row() * K + sparse_place(column());
#pragma unroll
            for (int term = 0; term < TERMS; ++term) {
#pragma unroll
                for (int pair = 0; pair < 2; ++pair) {
                    *reinterpret_cast<uint2*>(to + term * SAMPLES * K + pair * 4) =
                        make_uint2(converted[pair * 2][term], converted[pair * 2 + 1][term]);
                }
            }
        }
    }
};

// Words of dynamic shared memory: the generator's keys; w and x as they were copied; two stages of their words, of
// packed words two; sums of two terms.
template <class Source, class Tile>
struct SparseForwardShared {
    using Ws = SparseColumns<Tile::INPUTS, Tile::TERMS, Tile::VECTOR>;
    using Xs = SparseSamples<Tile::SAMPLES, Tile::INPUTS, Tile::TERMS, Tile::VECTOR>;
    using Packed = SparsePacked<Ws::OCTETS>;
    using Emptied = EmptiedSums<Tile::WARP_SAMPLES / 2 * Tile::TERMS * 4, Tile::TERMS>;
    static constexpr int RAW_W = MASK_SCHEDULE_WORDS;
    static constexpr int RAW_X = RAW_W + Ws::RAW_WORDS;
    static constexpr int STAGES = RAW_X + Xs::RAW_WORDS;
    static constexpr int STAGE = Ws::WORDS + Xs::WORDS;
    static constexpr int PACKED = STAGES + (Tile::TERMS == 1 ? 2 : 1) * STAGE;
    static constexpr int EMPTIED = PACKED + (Source::PACKED ? 2 * Packed::WORDS : 0);
    static constexpr int WORDS = EMPTIED + Emptied::WORDS;
};

template <class Source, class Tile>
constexpr int connection_sparse_forward_shared() {
    return 4 * SparseForwardShared<Source, Tile>::WORDS;
}

template <class Source, class Tile>
__device__ __forceinline__ void connection_sparse_forward(const ConnectionForward& p) {
    using Shared = SparseForwardShared<Source, Tile>;
    using Ws = typename Shared::Ws;
    using Packed = typename Shared::Packed;
    constexpr int K = Tile::INPUTS;
    constexpr int TERMS = Tile::TERMS;
    constexpr int HALF = Tile::WARP_SAMPLES / 2;
    static_assert(Tile::THREADS == SPARSE_THREADS && Tile::OUTPUTS == 256, "as sparse_product.cuh has it");
    static_assert(Tile::SAMPLES == Tile::THREADS / 32 * Tile::WARP_SAMPLES, "warps share the samples");
    static_assert(4 % HALF == 0 && Tile::WARP_SAMPLES % 4 == 0, "a chunk of packed words holds a lane's samples");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.samples) + Tile::SAMPLES - 1) / Tile::SAMPLES;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::SAMPLES;
    const uint32_t output0 = blockIdx.x / row_tiles * Tile::OUTPUTS;
    const uint32_t begin = blockIdx.y * p.split_length;
    const int lane = threadIdx.x % 32;
    const int group = lane / 4;
    const int selector = lane / 2 % 2;
    const int warp_row = threadIdx.x / 32 * Tile::WARP_SAMPLES;
    const uint32_t row = row0 + warp_row + selector * HALF;  // of this lane's first sample
    const int place_in_chunk = selector * HALF % 4;
    const uint32_t block = output0 / 32 + group;
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    uint32_t* const words = reinterpret_cast<uint32_t*>(shared);
    float* const numbers = reinterpret_cast<float*>(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, words);
    Ws ws(p.w, p.outputs, output0, begin, numbers + Shared::RAW_W);
    typename Shared::Xs xs(p.x, p.samples, p.inputs, row0, begin, numbers + Shared::RAW_X);
    Packed packed(words + Shared::PACKED);
    const typename Shared::Emptied emptied(numbers + Shared::EMPTIED);

    uint32_t quad = begin / 4 + lane % 2;
    const auto fill = [&](int32_t left, uint32_t quad) {
        ws.start(left);
        xs.start(left);
        if constexpr (Source::PACKED) {
#pragma unroll
            for (int octet = 0; octet < K / 8; ++octet) {
                packed.start(shape, p.packed, octet, quad + octet * 2, block, row - place_in_chunk);
            }
        }
    };

    const uint32_t none = metadata_of_none();
    SparseSums<HALF* TERMS> sums = {};
    // Lanes that a column does not belong to keep their zeros.
    uint32_t b[2][4] = {};
    const bool diagonal = lane % 4 == group % 4;
    const bool reads[2] = {diagonal && (TERMS == 2 || group / 4 == 0), diagonal && (TERMS == 2 || group / 4 == 1)};
    const int term_of_x = TERMS == 2 ? group / 4 * Tile::SAMPLES * K : 0;

    int32_t left = min(p.split_length, static_cast<int32_t>(p.inputs - begin));  // inputs not yet summed
    int32_t room = SPARSE_TERMS_A_SUM;                                           // terms that the sums still take
    uint32_t* stage = words + Shared::STAGES;
    int other = TERMS == 1 ? Shared::STAGE : 0;
    fill(left, quad);
    if constexpr (Source::PACKED) {
        packed.go_to_other(Packed::WORDS);
    }
    int packed_other = -Packed::WORDS;
#pragma unroll 1
    for (; left > 0; left -= K) {
        wait_for_copies();
        if constexpr (TERMS == 2) {
            __syncthreads();  // the words before have been read
        }
        ws.convert(stage);
        xs.convert(stage + Ws::WORDS);
        __syncthreads();
        if (left > K) {
            fill(left - K, quad + K / 4);
        }
        if constexpr (Source::PACKED) {
            packed.go_to_other(packed_other);
            packed_other = -packed_other;
        }
        const uint32_t* const x_read = stage + Ws::WORDS + term_of_x + warp_row * K;
#pragma unroll(Source::PLANES == 1 || Source::PACKED ? K / 8 : 1)
        for (int octet = 0; octet < K / 8; ++octet) {
            uint4 kept[HALF];
            if constexpr (Source::PACKED) {
#pragma unroll
                for (int n = 0; n < HALF; ++n) {
                    kept[n] = packed.kept(octet, place_in_chunk + n);
                }
            } else {
                uint32_t samples[HALF];
#pragma unroll
                for (int n = 0; n < HALF; ++n) {
                    samples[n] = p.first_sample + row + n;
                }
                kept_bits<Source::PLANES>(mask, block, quad, samples, kept);
            }
#pragma unroll
            for (int pair = 0; pair < 2; ++pair) {
                uint32_t a[TERMS][4][4];
#pragma unroll
                for (int term = 0; term < TERMS; ++term) {
#pragma unroll
                    for (int n = 0; n < 4; ++n) {
                        load_fragment(stage, ((octet * TERMS + term) * 2 + pair) * 4 + n, a[term][n]);
                    }
                }
#pragma unroll
                for (int n = 0; n < HALF; ++n) {
                    const uint32_t* const from = x_read + n * K + octet * 8 + pair * 4;
                    load_shared_if(b[0], from, reads[0]);
                    load_shared_if(b[1], from + HALF * K, reads[1]);
                    multiply_columns<TERMS>(
                        a, a, b[0], b[1], pair == 0 ? kept[n].x : kept[n].z, pair == 0 ? kept[n].y : kept[n].w, none,
                        sums + n * TERMS * 4, sums + (n + 1) * TERMS * 4 - 4);
                }
            }
            quad += 2;
        }
        if constexpr (TERMS == 2) {
            room -= K;
            if (room == 0) {
                emptied.add(sums);
                room = SPARSE_TERMS_A_SUM;
            }
        }
        stage += other;
        other = -other;
    }
    if constexpr (TERMS == 2) {
        emptied.add(sums);
        emptied.read(sums);
    }

    SparseResults<HALF> results;
    results_of<TERMS, HALF>(sums, results);
    const uint32_t column0 = output0 + group * 32 + lane % 2 * 4;
#pragma unroll
    for (int n = 0; n < 4; ++n) {
        const uint32_t column = column0 + n / 2 * 16 + n % 2 * 8;
        float bias[4];
#pragma unroll
        for (int u = 0; u < 4; ++u) {
            bias[u] = p.bias != nullptr && column + u < static_cast<uint32_t>(p.outputs) ? p.bias[column + u] : 0.0f;
        }
#pragma unroll
        for (int sample = 0; sample < HALF; ++sample) {
            const uint32_t at = row + sample;
            if (at < static_cast<uint32_t>(p.samples)) {
                float(&values)[4] = results[sample][n / 2][n % 2];
                if (p.partials != nullptr) {
                    float* const partial = p.partials + (static_cast<int64_t>(blockIdx.y) * p.samples + at) * p.outputs;
                    store_columns<Tile::VECTOR>(partial, column, p.outputs, values);
                } else {
#pragma unroll
                    for (int u = 0; u < 4; ++u) {
                        values[u] = fmaf(p.scale, values[u], bias[u]);
                    }
                    store_columns<Tile::VECTOR>(p.z + static_cast<int64_t>(at) * p.outputs, column, p.outputs, values);
                }
            }
        }
    }
    if (p.partials != nullptr || (p.activation == LINEAR && p.y == p.z)) {
        return;
    }
    // Not unrolled, as activations are long; a thread reads what it has just written.
#pragma unroll 1
    for (int n = 0; n < HALF * 16; ++n) {
        const uint32_t at = row + n / 16;
        const uint32_t u = column0 + n / 8 % 2 * 16 + n / 4 % 2 * 8 + n % 4;
        if (at < static_cast<uint32_t>(p.samples) && u < static_cast<uint32_t>(p.outputs)) {
            const int64_t place = static_cast<int64_t>(at) * p.outputs + u;
            p.y[place] = activate(p.activation, p.z[place]);
        }
    }
}
