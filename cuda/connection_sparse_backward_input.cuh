// Gradient of the inputs, with the mask of the forward pass, on sparse tensor cores (sparse_product.cuh), with factors
// of TERMS bf16:
//
//   dx[b,i] = scale * sum_u dz[b,u] w[i,u] m[b,i,u]
//
//   dz [samples, outputs], w [inputs, outputs], dx [samples, inputs], row-major.
//
// Operands, packed words and splits are those of connection_backward_input.cuh. Words of kept bits run along the sum,
// so that they are metadata as they are but for an exchange of halves. A warp multiplies all inputs of the tile with
// its own samples: a lane draws the words of quad g + 8 (q / 2) of inputs and of block q % 2 of outputs.
#pragma once

#include "connection_backward_input.cuh"
#include "connection_sparse_tiles.h"
#include "sparse_product.cuh"

// The factor A of "rows": 64 inputs x 64 outputs of w. Fragment [term][8 inputs' half s][pair t][half h][p] of lane (g,
// q) holds, in half e of its word r, input 4 (g + 8s) + 2t + r % 2 and output 32 (r / 2) + 16h + 4q + 2e + p.
template <int TERMS, int VECTOR>
class SparseRows {
    const float* source;  // of this thread's first input
    uint32_t width;
    int32_t rows_left;
    float* raw;

    static __device__ __forceinline__ int warp() {
        return threadIdx.x / 32;  // 2t + h
    }
    static __device__ __forceinline__ int column() {
        return warp() % 2 * 16 + threadIdx.x % 4 * 4;
    }

  public:
    static constexpr int RAW_WORDS = 64 * 64;
    static constexpr int WORDS = TERMS * 16 * SPARSE_FRAGMENT;

    __device__ __forceinline__
    SparseRows(const float* w, int32_t inputs, int32_t width, uint32_t first_row, uint32_t k, float* raw_tile)
        : width(width), raw(raw_tile + threadIdx.x * 4) {
        const uint32_t row = first_row + threadIdx.x % 32 / 4 * 4 + warp() / 2 * 2;
        rows_left = inputs - static_cast<int32_t>(row);
        source = keep(w + row * static_cast<int64_t>(width) + k + column());
    }

    // Starts to copy the next 64 columns, `left` of which are there.
    __device__ __forceinline__ void start(int32_t left) {
#pragma unroll
        for (int n = 0; n < 8; ++n) {
            const int row = n / 4 * 32 + n % 2;
            const int further = n / 2 % 2 * 32;
            copy_quad<VECTOR>(
                raw + n * SPARSE_THREADS * 4, source + static_cast<uint64_t>(width) * row + further, row < rows_left,
                left - column() - further);
        }
        source += 64;
    }

    __device__ __forceinline__ void convert(uint32_t* fragments) const {
        uint32_t* const to = fragments + warp() * 2 * SPARSE_FRAGMENT + threadIdx.x % 32 * 4;
#pragma unroll
        for (int s = 0; s < 2; ++s) {
            convert_quads<TERMS>(raw + s * 4 * SPARSE_THREADS * 4, to + s * 8 * SPARSE_FRAGMENT, 16 * SPARSE_FRAGMENT);
        }
    }
};

// The factor B of the gradient of the inputs: a warp's own samples x 64 outputs of dz, of which words of eight columns
// are made at a time: [column][half h][p][4q + r] holds output 32 (r / 2) + 16h + 8 (r % 2) + 2q + p.
template <int SAMPLES, int TERMS, int VECTOR>
class SparseGradients {
    static constexpr int ROUNDS = SAMPLES / 8;
    static constexpr int GROUP = 8 / TERMS;  // samples of eight columns

    const float* source;
    uint32_t width;
    uint32_t valid;  // bit n: the sample of round n is inside
    float* raw;

    static __device__ __forceinline__ int row() {
        return threadIdx.x % 32 / 4;
    }
    static __device__ __forceinline__ int half() {
        return threadIdx.x / 2 % 2;
    }
    static __device__ __forceinline__ int member() {
        return threadIdx.x % 2;
    }

  public:
    // The padding spreads what neighbouring lanes write over the banks.
    static constexpr int HALF = 36;
    static constexpr int STRIDE = 2 * HALF + 8;
    static constexpr int RAW_WORDS = SPARSE_THREADS * 16 * ROUNDS;
    static constexpr int WARP_WORDS = 8 * STRIDE;

    __device__ __forceinline__
    SparseGradients(const float* dz, int32_t samples, int32_t width, uint32_t first_row, uint32_t k, float* raw_tile)
        : width(width), valid(0), raw(raw_tile + threadIdx.x * 4) {
        source = keep(dz + (first_row + row()) * static_cast<int64_t>(width) + k + half() * 16 + member() * 4);
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            valid |= static_cast<uint32_t>(first_row + row() + round * 8 < static_cast<uint32_t>(samples)) << round;
        }
    }

    // Starts to copy the next 64 columns, `left` of which are there.
    __device__ __forceinline__ void start(int32_t left) {
        const int32_t own_left = left - half() * 16 - member() * 4;
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
#pragma unroll
            for (int r = 0; r < 4; ++r) {
                const int further = r / 2 * 32 + r % 2 * 8;
                copy_quad<VECTOR>(
                    raw + (round * 4 + r) * SPARSE_THREADS * 4,
                    source + static_cast<uint64_t>(width) * (round * 8) + further, bit_is_set(valid, round),
                    own_left - further);
            }
        }
        source += 64;
    }

    // Writes the words of group n of the warp's samples.
    __device__ __forceinline__ void convert(int n, uint32_t* words) const {
        if (TERMS == 2 && row() / GROUP != n) {
            return;
        }
        float numbers[4][4];
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            load_quad(raw + ((TERMS == 1 ? n * 4 : 0) + r) * SPARSE_THREADS * 4, numbers[r]);
        }
        uint32_t* const to = words + row() % GROUP * TERMS * STRIDE + half() * HALF + member() * 8;
#pragma unroll
        for (int e = 0; e < 4; ++e) {
            uint32_t converted[4][TERMS];
#pragma unroll
            for (int r = 0; r < 4; ++r) {
                split_word<TERMS>(numbers[r][e], converted[r]);
            }
#pragma unroll
            for (int term = 0; term < TERMS; ++term) {
                *reinterpret_cast<uint4*>(to + term * STRIDE + e % 2 * 16 + e / 2 * 4) =
                    make_uint4(converted[0][term], converted[1][term], converted[2][term], converted[3][term]);
            }
        }
    }
};

// Words of dynamic shared memory: the generator's keys; zeros; w and dz as they were copied; their words; of packed
// words two stages; sums of two terms.
template <class Source, class Tile>
struct SparseBackwardInputShared {
    using Ws = SparseRows<Tile::TERMS, Tile::VECTOR>;
    using Ds = SparseGradients<Tile::WARP_SAMPLES, Tile::TERMS, Tile::VECTOR>;
    static constexpr int GROUPS = Tile::WARP_SAMPLES * Tile::TERMS / 8;
    using Packed = SparsePacked<2 / Tile::TERMS>;
    using Emptied = EmptiedSums<GROUPS * 4, Tile::TERMS>;
    static constexpr int ZEROS = MASK_SCHEDULE_WORDS;
    static constexpr int RAW_W = ZEROS + Ds::STRIDE;
    static constexpr int RAW_D = RAW_W + Ws::RAW_WORDS;
    static constexpr int W = RAW_D + Ds::RAW_WORDS;
    static constexpr int D = W + Ws::WORDS;
    static constexpr int PACKED = D + SPARSE_THREADS / 32 * Ds::WARP_WORDS;
    static constexpr int EMPTIED = PACKED + (Source::PACKED ? 2 * Packed::WORDS : 0);
    static constexpr int WORDS = EMPTIED + Emptied::WORDS;
};

template <class Source, class Tile>
constexpr int connection_sparse_backward_input_shared() {
    return 4 * SparseBackwardInputShared<Source, Tile>::WORDS;
}

template <class Source, class Tile>
__device__ __forceinline__ void connection_sparse_backward_input(const ConnectionBackwardInput& p) {
    using Shared = SparseBackwardInputShared<Source, Tile>;
    using Ds = typename Shared::Ds;
    using Packed = typename Shared::Packed;
    constexpr int K = Tile::OUTPUTS;
    constexpr int TERMS = Tile::TERMS;
    constexpr int GROUPS = Shared::GROUPS;
    constexpr int GROUP = 8 / TERMS;  // samples
    constexpr int DRAWN = 2;          // samples at a time
    static_assert(Tile::THREADS == SPARSE_THREADS && Tile::INPUTS == 64 && K == 64, "as the factors have it");
    static_assert(Tile::SAMPLES == Tile::THREADS / 32 * Tile::WARP_SAMPLES, "warps share the samples");

    const uint32_t row_tiles = (static_cast<uint32_t>(p.samples) + Tile::SAMPLES - 1) / Tile::SAMPLES;
    const uint32_t row0 = blockIdx.x % row_tiles * Tile::SAMPLES;
    const uint32_t input0 = blockIdx.x / row_tiles * Tile::INPUTS;
    const uint32_t begin = blockIdx.y * p.split_length;
    const int lane = threadIdx.x % 32;
    const int group = lane / 4;
    const int member = lane % 4;
    const int warp = threadIdx.x / 32;
    const uint32_t row = row0 + warp * Tile::WARP_SAMPLES;  // of the warp's first sample
    const uint32_t quad = input0 / 4 + group + member / 2 * 8;
    const PackedShape shape(p.samples, p.inputs, p.outputs);

    DYNAMIC_SHARED(shared);
    uint32_t* const words = reinterpret_cast<uint32_t*>(shared);
    float* const numbers = reinterpret_cast<float*>(shared);
    const ScheduledMask mask = mask_with_schedule(p.mask, words);
    if (threadIdx.x < Ds::STRIDE) {
        words[Shared::ZEROS + threadIdx.x] = 0;
    }
    typename Shared::Ws ws(p.w, p.inputs, p.outputs, input0, begin, numbers + Shared::RAW_W);
    Ds ds(p.dz, p.samples, p.outputs, row, begin, numbers + Shared::RAW_D);
    Packed packed(words + Shared::PACKED);
    const typename Shared::Emptied emptied(numbers + Shared::EMPTIED);
    uint32_t* const gradients = words + Shared::D + warp * Ds::WARP_WORDS;
    const uint32_t* const gradients_read = gradients + group * Ds::STRIDE + member * 4;
    const uint32_t* const zeros = words + Shared::ZEROS + member * 4;

    uint32_t block = begin / 32 + member % 2;
    // Of one group of samples.
    const auto fill_packed = [&](int n, uint32_t block) {
        if constexpr (Source::PACKED) {
#pragma unroll
            for (int chunk = 0; chunk < GROUP / 4; ++chunk) {
                packed.start(shape, p.packed, chunk, quad, block, row + n * GROUP + chunk * 4);
            }
        }
    };
    int packed_other = Packed::WORDS;  // the way from the current stage to the other

    const uint32_t none = metadata_of_none();
    float sums[GROUPS * 4][4] = {};
    int32_t left = min(p.split_length, static_cast<int32_t>(p.outputs - begin));  // outputs not yet summed
    int32_t room = SPARSE_TERMS_A_SUM;                                            // terms that the sums still take
    ws.start(left);
    ds.start(left);
    fill_packed(0, block);
#pragma unroll 1
    for (; left > 0; left -= K) {
        wait_for_copies();
        __syncthreads();  // the fragments before have been read
        ws.convert(words + Shared::W);
        __syncthreads();
        if (left > K) {
            ws.start(left - K);
        }
        uint32_t a[TERMS][2][2][2][2][4];
#pragma unroll
        for (int n = 0; n < TERMS * 16; ++n) {
            load_fragment(words + Shared::W, n, a[n / 16][n / 8 % 2][n / 4 % 2][n / 2 % 2][n % 2]);
        }
#pragma unroll
        for (int n = 0; n < GROUPS; ++n) {
            if (Source::PACKED && n > 0) {
                wait_for_copies();
            }
            __syncwarp();  // the words before have been read
            ds.convert(n, gradients);
            __syncwarp();
            if constexpr (Source::PACKED) {
                packed.go_to_other(packed_other);
                if (n + 1 < GROUPS || left > K) {
                    fill_packed((n + 1) % GROUPS, n + 1 < GROUPS ? block : block + K / 32);
                }
                packed.go_to_other(-packed_other);
            }
            if (n == GROUPS - 1 && left > K) {
                ds.start(left - K);
            }
#pragma unroll 1
            for (int first = 0; first < GROUP; first += DRAWN) {
                uint4 kept[DRAWN];
                if constexpr (Source::PACKED) {
#pragma unroll
                    for (int m = 0; m < DRAWN; ++m) {
                        kept[m] = packed.kept(first / 4, first % 4 + m);
                    }
                } else {
                    uint32_t samples[DRAWN];
#pragma unroll
                    for (int m = 0; m < DRAWN; ++m) {
                        samples[m] = p.first_sample + row + n * GROUP + first + m;
                    }
                    kept_bits<Source::PLANES>(mask, block, quad, samples, kept);
                }
#pragma unroll
                for (int m = 0; m < DRAWN; ++m) {
                    const uint32_t* const from = group / TERMS == first + m ? gradients_read : zeros;
#pragma unroll
                    for (int h = 0; h < 2; ++h) {
                        const uint32_t halves = h == 0 ? 0x5410 : 0x7632;
                        const uint32_t bits[2] = {
                            __byte_perm(kept[m].x, kept[m].y, halves), __byte_perm(kept[m].z, kept[m].w, halves)};
#pragma unroll
                        for (int p2 = 0; p2 < 2; ++p2) {
                            uint32_t b[4];
                            load_words(from + h * Ds::HALF + p2 * 16, b);
#pragma unroll
                            for (int t = 0; t < 2; ++t) {
                                const uint32_t metadata =
                                    p2 == 0 ? even_metadata(bits[t], none) : odd_metadata(bits[t], none);
#pragma unroll
                                for (int term = 0; term < TERMS; ++term) {
                                    multiply_sparse_bf16<0>(sums[n * 4 + t], a[term][0][t][h][p2], b, metadata);
                                    multiply_sparse_bf16<1>(sums[n * 4 + 2 + t], a[term][1][t][h][p2], b, metadata);
                                }
                            }
                        }
                    }
                }
            }
            if constexpr (Source::PACKED) {
                packed.go_to_other(packed_other);
                packed_other = -packed_other;
            }
        }
        block += K / 32;
        if constexpr (TERMS == 2) {
            room -= K;
            if (room == 0) {
                emptied.add(sums);
                room = SPARSE_TERMS_A_SUM;
            }
        }
    }
    if constexpr (TERMS == 2) {
        emptied.add(sums);
        emptied.read(sums);
    }

    float* const results =
        p.partials != nullptr ? p.partials + static_cast<int64_t>(blockIdx.y) * p.samples * p.inputs : p.dx;
    const float scale = p.partials != nullptr ? 1.0f : p.scale;
#pragma unroll
    for (int n = 0; n < GROUPS; ++n) {
#pragma unroll
        for (int e = 0; e < 2 / TERMS; ++e) {
            const uint32_t at = row + n * GROUP + (TERMS == 1 ? member * 2 + e : member);
            if (at < static_cast<uint32_t>(p.samples)) {
#pragma unroll
                for (int s = 0; s < 2; ++s) {
                    float values[4];
#pragma unroll
                    for (int i = 0; i < 4; ++i) {
                        const float(&tile)[4] = sums[n * 4 + s * 2 + i / 2];
                        values[i] = scale * (TERMS == 1 ? tile[i % 2 * 2 + e] : tile[i % 2 * 2] + tile[i % 2 * 2 + 1]);
                    }
                    store_columns<Tile::VECTOR>(
                        results + static_cast<int64_t>(at) * p.inputs, input0 + (group + s * 8) * 4, p.inputs, values);
                }
            }
        }
    }
}
