// Gradient of the weights, with the mask of the forward pass, and of the bias, on sparse tensor cores
// (sparse_product.cuh), with factors of TERMS bf16:
//
//   dw[i,u] = scale * sum_b x[b,i] dz[b,u] m[b,i,u]      db[u] = sum_b dz[b,u]
//
//   x [samples, inputs], dz [samples, outputs], dw [inputs, outputs], db [outputs], row-major.
//
// Operands, packed words and splits are those of connection_backward_weight.cuh, and db is summed as there, of numbers
// as they are. A warp multiplies all outputs of the tile with its own inputs: a lane draws the words of block g of 32
// outputs, for half q % 2 of eight samples; of one term, for quad q / 2 of the warp's inputs, of two, for half q / 2 of
// those samples.
#pragma once

#include "connection_backward_weight.cuh"
#include "connection_sparse_tiles.h"
#include "sparse_product.cuh"

// The factor B of the gradient of the weights: K samples x INPUTS numbers, words at [term][input][sparse_place(k)].
template <int INPUTS, int K, int TERMS, int VECTOR>
class SparseInputs {
    static constexpr int PER_ROW = INPUTS / 4;
    static_assert(K * PER_ROW <= SPARSE_THREADS, "a thread copies once");

    const float* source;
    int64_t step;
    int32_t columns_left;
    float* raw;

    static __device__ __forceinline__ int row() {
        return threadIdx.x / PER_ROW;
    }
    static __device__ __forceinline__ int column() {
        return threadIdx.x % PER_ROW * 4;
    }
    static __device__ __forceinline__ bool copies() {
        return K * PER_ROW == SPARSE_THREADS || threadIdx.x < K * PER_ROW;
    }

  public:
    // The padding spreads neighbouring inputs over the banks.
    static constexpr int STRIDE = K + 4;
    static constexpr int RAW_WORDS = INPUTS * K;
    static constexpr int WORDS = TERMS * INPUTS * STRIDE;

    __device__ __forceinline__
    SparseInputs(const float* x, int32_t inputs, uint32_t first_column, uint32_t k, float* raw_tile)
        : source(keep(x + (k + row()) * static_cast<int64_t>(inputs) + first_column + column())),
          step(K * static_cast<int64_t>(inputs)),
          columns_left(copies() ? inputs - static_cast<int32_t>(first_column) - column() : 0),
          raw(raw_tile + threadIdx.x * 4) {}

    // Starts to copy the next K rows, `left` of which are there.
    __device__ __forceinline__ void start(int32_t left) {
        if (copies()) {
            copy_quad<VECTOR>(raw, source, row() < left, columns_left);
        }
        source += step;
    }

    __device__ __forceinline__ void convert(uint32_t* words) const {
        if (copies()) {
            float numbers[4];
            load_quad(raw, numbers);
            uint32_t* const to = words + column() * STRIDE + sparse_place(row());
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                uint32_t converted[TERMS];
                split_word<TERMS>(numbers[n], converted);
#pragma unroll
                for (int term = 0; term < TERMS; ++term) {
                    to[(term * INPUTS + n) * STRIDE] = converted[term];
                }
            }
        }
    }
};

// Words of dynamic shared memory: as in the forward pass, of dz and x.
template <class Source, class Tile>
struct SparseBackwardWeightShared {
    using Ds = SparseColumns<Tile::SAMPLES, Tile::TERMS, Tile::VECTOR>;
    using Xs = SparseInputs<Tile::INPUTS, Tile::SAMPLES, Tile::TERMS, Tile::VECTOR>;
    using Packed = SparsePacked<Ds::OCTETS>;
    using Emptied = EmptiedSums<Tile::WARP_INPUTS / 2 * Tile::TERMS * 4, Tile::TERMS>;
    static constexpr int RAW_D = MASK_SCHEDULE_WORDS;
    static constexpr int RAW_X = RAW_D + Ds::RAW_WORDS;
    static constexpr int STAGES = RAW_X + Xs::RAW_WORDS;
    static constexpr int STAGE = Ds::WORDS + Xs::WORDS;
    static constexpr int PACKED = STAGES + (Tile::TERMS == 1 ? 2 : 1) * STAGE;
    static constexpr int EMPTIED = PACKED + (Source::PACKED ? 2 * Packed::WORDS : 0);
    static constexpr int WORDS = EMPTIED + Emptied::WORDS;
};

template <class Source, class Tile>
constexpr int connection_sparse_backward_weight_shared() {
    return 4 * SparseBackwardWeightShared<Source, Tile>::WORDS;
}

__device__ __forceinline__ constexpr uint32_t word_of(const uint4& words, int n) {
    return n == 0 ? words.x : n == 1 ? words.y : n == 2 ? words.z : words.w;
}

template <class Source, class Tile>
__device__ __forceinline__ void connection_sparse_backward_weight(const ConnectionBackwardWeight& p) {
    using Shared = SparseBackwardWeightShared<Source, Tile>;
    using Ds = typename Shared::Ds;
    using Xs = typename Shared::Xs;
    using Packed = typename Shared::Packed;
    constexpr int K = Tile::SAMPLES;
    constexpr int TERMS = Tile::TERMS;
    constexpr int RESULTS = Tile::WARP_INPUTS / 2;  // of a lane, for each of its columns
    constexpr int DRAWN = 4 / TERMS;                // samples that a lane draws of eight
    static_assert(Tile::THREADS == SPARSE_THREADS && Tile::OUTPUTS == 256, "as sparse_product.cuh has it");
    static_assert(Tile::INPUTS == Tile::THREADS / 32 * Tile::WARP_INPUTS, "warps share the inputs");
    static_assert(Tile::WARP_INPUTS * TERMS == 8, "columns of B");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.inputs) + Tile::INPUTS - 1) / Tile::INPUTS;
    const uint32_t input0 = blockIdx.x % row_tiles * Tile::INPUTS;
    const uint32_t output0 = blockIdx.x / row_tiles * Tile::OUTPUTS;
    const uint32_t begin = blockIdx.y * p.split_length;
    const int lane = threadIdx.x % 32;
    const int group = lane / 4;
    const int selector = lane / 2 % 2;
    const int warp_input = threadIdx.x / 32 * Tile::WARP_INPUTS;
    const uint32_t quad = (input0 + warp_input) / 4 + (TERMS == 1 ? selector : 0);
    const uint32_t block = output0 / 32 + group;
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    uint32_t* const words = reinterpret_cast<uint32_t*>(shared);
    float* const numbers = reinterpret_cast<float*>(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, words);
    Ds ds(p.dz, p.outputs, output0, begin, numbers + Shared::RAW_D);
    Xs xs(p.x, p.inputs, input0, begin, numbers + Shared::RAW_X);
    Packed packed(words + Shared::PACKED);
    const typename Shared::Emptied emptied(numbers + Shared::EMPTIED);
    const bool bias_block = p.db != nullptr && input0 == 0;

    // Of this lane's first sample in the batch.
    const int place_in_chunk = TERMS == 2 ? selector * 2 : 0;
    uint32_t row = begin + lane % 2 * 4 + place_in_chunk;
    const auto fill = [&](int32_t left, uint32_t row) {
        ds.start(left);
        xs.start(left);
        if constexpr (Source::PACKED) {
#pragma unroll
            for (int octet = 0; octet < K / 8; ++octet) {
                packed.start(shape, p.packed, octet, quad, block, row - place_in_chunk + octet * 8);
            }
        }
    };

    const uint32_t none = metadata_of_none();
    SparseSums<RESULTS* TERMS> sums = {};
    // Lanes that a column does not belong to keep their zeros: [input of two][selector], or of all inputs for two
    // terms.
    uint32_t b[2 / TERMS][2][4] = {};
    const bool diagonal = lane % 4 == group % 4;
    const bool reads[2] = {diagonal && (TERMS == 2 || group / 4 == 0), diagonal && (TERMS == 2 || group / 4 == 1)};
    const int term_of_x = TERMS == 2 ? group / 4 * Tile::INPUTS * Xs::STRIDE : 0;

    float bias_sums[2] = {};
    int32_t left = min(p.split_length, static_cast<int32_t>(p.samples - begin));  // samples not yet summed
    int32_t room = SPARSE_TERMS_A_SUM;                                            // terms that the sums still take
    uint32_t* stage = words + Shared::STAGES;
    int other = TERMS == 1 ? Shared::STAGE : 0;
    fill(left, row);
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
        if (bias_block) {
            __syncthreads();  // all threads' copies have arrived
#pragma unroll
            for (int n = 0; n < 2; ++n) {
                bias_sums[n] = Ds::add_column(
                    numbers + Shared::RAW_D, static_cast<int>(threadIdx.x) + n * SPARSE_THREADS, bias_sums[n]);
            }
        }
        ds.convert(stage);
        xs.convert(stage + Ds::WORDS);
        __syncthreads();
        if (left > K) {
            fill(left - K, row + K);
        }
        if constexpr (Source::PACKED) {
            packed.go_to_other(packed_other);
            packed_other = -packed_other;
        }
        const uint32_t* const x_read = stage + Ds::WORDS + term_of_x + warp_input * Xs::STRIDE;
#pragma unroll(Source::PLANES == 1 || Source::PACKED ? K / 8 : 1)
        for (int octet = 0; octet < K / 8; ++octet) {
            uint4 kept[DRAWN];
            if constexpr (Source::PACKED) {
#pragma unroll
                for (int n = 0; n < DRAWN; ++n) {
                    kept[n] = packed.kept(octet, place_in_chunk + n);
                }
            } else {
                uint32_t samples[DRAWN];
#pragma unroll
                for (int n = 0; n < DRAWN; ++n) {
                    samples[n] = p.first_sample + row + n;
                }
                kept_bits<Source::PLANES>(mask, block, quad, samples, kept);
            }
            if constexpr (TERMS == 1) {
#pragma unroll
                for (int pair = 0; pair < 2; ++pair) {
                    uint32_t a[1][4][4];
#pragma unroll
                    for (int n = 0; n < 4; ++n) {
                        load_fragment(stage, (octet * 2 + pair) * 4 + n, a[0][n]);
                    }
#pragma unroll
                    for (int input = 0; input < 4; ++input) {
                        const uint32_t* const from = x_read + input * Xs::STRIDE + octet * 8 + pair * 4;
                        load_shared_if(b[input % 2][0], from, reads[input % 2]);
                        load_shared_if(b[input % 2][1], from + 4 * Xs::STRIDE, reads[input % 2]);
                        multiply_columns<1>(
                            a, a, b[input % 2][0], b[input % 2][1], word_of(kept[pair * 2], input),
                            word_of(kept[pair * 2 + 1], input), none, sums + input / 2 * 4, sums + (2 + input / 2) * 4);
                    }
                }
            } else {
                uint32_t a[2][2][4][4];
#pragma unroll
                for (int pair = 0; pair < 2; ++pair) {
#pragma unroll
                    for (int n = 0; n < 8; ++n) {
                        load_fragment(stage, ((octet * 2 + n / 4) * 2 + pair) * 4 + n % 4, a[pair][n / 4][n % 4]);
                    }
                }
#pragma unroll
                for (int input = 0; input < 4; ++input) {
                    const uint32_t* const from = x_read + input * Xs::STRIDE + octet * 8;
                    load_shared_if(b[0][0], from, reads[0]);
                    load_shared_if(b[0][1], from + 4, reads[1]);
                    multiply_columns<2>(
                        a[0], a[1], b[0][0], b[0][1], word_of(kept[0], input), word_of(kept[1], input), none,
                        sums + input * 4, sums + input * 4);
                }
            }
            row += 8;
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

    SparseResults<RESULTS> results;
    results_of<TERMS, RESULTS>(sums, results);
    const int64_t split_row = p.partials != nullptr ? static_cast<int64_t>(blockIdx.y) * p.inputs : 0;
    float* const to = p.partials != nullptr ? p.partials : p.dw;
    const float scale = p.partials != nullptr ? 1.0f : p.scale;
#pragma unroll
    for (int n = 0; n < RESULTS; ++n) {
        const uint32_t i = input0 + warp_input + n * 2 + selector;
        if (i < static_cast<uint32_t>(p.inputs)) {
#pragma unroll
            for (int part = 0; part < 4; ++part) {
                float(&values)[4] = results[n][part / 2][part % 2];
#pragma unroll
                for (int u = 0; u < 4; ++u) {
                    values[u] *= scale;
                }
                const uint32_t column = output0 + group * 32 + part / 2 * 16 + part % 2 * 8 + lane % 2 * 4;
                store_columns<Tile::VECTOR>(to + (split_row + i) * p.outputs, column, p.outputs, values);
            }
        }
    }
    if (bias_block) {
        float* const bias_to =
            p.bias_partials != nullptr ? p.bias_partials + static_cast<int64_t>(blockIdx.y) * p.outputs : p.db;
#pragma unroll
        for (int n = 0; n < 2; ++n) {
            const uint32_t u = output0 + threadIdx.x + n * SPARSE_THREADS;
            if (u < static_cast<uint32_t>(p.outputs)) {
                bias_to[u] = bias_sums[n];
            }
        }
    }
}
