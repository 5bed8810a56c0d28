// Masked products on sparse tensor cores: the kept bits are the sparsity metadata.
//
// mma.sp stores two values of its factor A for every four rows of B, and an index of two bits for each. With the
// weights, unmasked, in A, and with B's rows alternating between zeros and numbers, the low bit of an index chooses
// between a zero and a number: (word & 0x55555555) | 0x88888888 is the mask of sixteen connections, by the even bits of
// a word of kept bits; the odd bits are those of another product. A metadata's bit is 1 where the connection is kept,
// so that a number lies in the upper half of a word of B, and the zero in the lower: such a word is a float rounded to
// bf16.
//
// The zeros also keep samples apart. Of B's eight columns every sample, or every sample and output, has its own, and is
// zero in the others, so that products with different masks add to one tile of sums.
//
//   A in the forward pass and in the gradient of the weights ("columns"): rows of A are outputs, 256 a warp; stored
//     elements are 4 outputs x 4 terms of the sum. Column c + 4n of B is that of output c, and of sample n of two,
//     input n of two, or term n of a factor.
//   A in the gradient of the inputs ("rows"): rows of A are inputs, 64 a warp; stored elements are 16 outputs, which
//     the sum runs over. Columns of B are samples.
//
// With TERMS == 2 a factor is the sum of two bf16, of which the second rounds what the first has left: 16 bits. Each
// term of A and of B is multiplied with each; a tensor core cuts its sums off below, so that they are emptied into
// others, in single precision, every SPARSE_TERMS_A_SUM terms.
//
// A number that is not finite, or that rounds to infinity, times a zero is NaN: in B it reaches what it belongs to, in
// A all samples, whether they keep it or not.
#pragma once

#include "mask_words.cuh"
#include "thread_tile.cuh"

#include <type_traits>

constexpr int SPARSE_THREADS = 128;
constexpr int SPARSE_FRAGMENT = 32 * 4;  // words of A that a warp multiplies at a time
constexpr int SPARSE_TERMS_A_SUM = 512;

// What metadata is whatever the mask: the second value of four is one of the upper two. Kept in a register, since an
// instruction holds one constant only.
__device__ __forceinline__ uint32_t metadata_of_none() {
    return keep(0x88888888u);
}

// Metadata of the even bits of a word, and of the odd ones.
__device__ __forceinline__ uint32_t even_metadata(uint32_t word, uint32_t none) {
    return and_or(word, 0x55555555u, none);
}
__device__ __forceinline__ uint32_t odd_metadata(uint32_t word, uint32_t none) {
    return even_metadata(word >> 1, none);
}

// The terms of two numbers, as pairs of bf16.
template <int TERMS>
__device__ __forceinline__ void split_pair(float low, float high, uint32_t (&pairs)[TERMS]) {
    pairs[0] = bf16_pair(low, high);
    if constexpr (TERMS == 2) {
        pairs[1] = bf16_pair(low - __uint_as_float(pairs[0] << 16), high - __uint_as_float(pairs[0] & 0xFFFF0000u));
    }
}

// The terms of a number in the upper halves of words that are else 0.
template <int TERMS>
__device__ __forceinline__ void split_word(float number, uint32_t (&words)[TERMS]) {
    words[0] = bf16_pair(0.0f, number);
    if constexpr (TERMS == 2) {
        words[1] = bf16_pair(0.0f, number - __uint_as_float(words[0]));
    }
}

__device__ __forceinline__ void load_fragment(const uint32_t* fragments, int index, uint32_t (&a)[4]) {
    load_words(fragments + index * SPARSE_FRAGMENT + threadIdx.x % 32 * 4, a);
}

// Makes words of two fragments, p = 0 and 1, of four quads that a thread has copied: word r of fragment p holds numbers
// p and p + 2 of quad r.
template <int TERMS>
__device__ __forceinline__ void convert_quads(const float* raw, uint32_t* fragments, int term_distance) {
    uint32_t words[2][4][TERMS];
#pragma unroll
    for (int r = 0; r < 4; ++r) {
        float numbers[4];
        load_quad(raw + r * SPARSE_THREADS * 4, numbers);
        split_pair<TERMS>(numbers[0], numbers[2], words[0][r]);
        split_pair<TERMS>(numbers[1], numbers[3], words[1][r]);
    }
#pragma unroll
    for (int term = 0; term < TERMS; ++term) {
#pragma unroll
        for (int p = 0; p < 2; ++p) {
            *reinterpret_cast<uint4*>(fragments + term * term_distance + p * SPARSE_FRAGMENT) =
                make_uint4(words[p][0][term], words[p][1][term], words[p][2][term], words[p][3][term]);
        }
    }
}

// Starts to copy four neighbours of a row, `left` of which are there from the first on, VECTOR at a time.
template <int VECTOR>
__device__ __forceinline__ void copy_quad(float* to, const float* from, bool row_inside, int32_t left) {
#pragma unroll
    for (int n = 0; n < 4; n += VECTOR) {
        copy_async_or_zero<VECTOR * 4>(to + n, from + n, row_inside && n < left);
    }
}

// The factor A of "columns": K rows of a row-major matrix, over which the sum runs, by 256 columns. Each thread copies
// numbers from memory, 16 for every 8 rows, and makes words of fragments of those that it has copied itself; so the
// copies need no barrier, only the fragments.
//
// Fragment [8 rows][term][pair][y][p] of lane (g, q) holds, in half e of its word 2h + half,
// row 4h + 2 pair + q / 2 and column 32g + 16 half + 8y + 4 (q % 2) + 2e + p.
template <int K, int TERMS, int VECTOR>
class SparseColumns {
    const float* source;
    uint32_t width;
    int32_t columns_left;  // from this thread's first on
    float* raw;

    // Neighbouring lanes copy neighbouring columns.
    static __device__ __forceinline__ int member() {
        return threadIdx.x % 2;
    }
    static __device__ __forceinline__ int y() {
        return threadIdx.x / 2 % 2;
    }
    static __device__ __forceinline__ int group() {
        return threadIdx.x / 4 % 8;
    }
    static __device__ __forceinline__ int row() {
        return threadIdx.x / 32;
    }

  public:
    static constexpr int OCTETS = K / 8;
    static constexpr int RAW_WORDS = K * 256;
    static constexpr int WORDS = OCTETS * TERMS * 8 * SPARSE_FRAGMENT;

    __device__ __forceinline__
    SparseColumns(const float* matrix, int32_t width, uint32_t first_column, uint32_t first_row, float* raw_tile)
        : width(width), raw(raw_tile + threadIdx.x * 4) {
        const uint32_t column = first_column + group() * 32 + y() * 8 + member() * 4;
        columns_left = width - static_cast<int32_t>(column);
        source = keep(matrix + (first_row + row()) * static_cast<int64_t>(width) + column);
    }

    // Starts to copy the next K rows, `left` of which are there.
    __device__ __forceinline__ void start(int32_t left) {
#pragma unroll
        for (int n = 0; n < K / 4; ++n) {
            const float* const from = source + static_cast<uint64_t>(width) * (n * 4);
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                copy_quad<VECTOR>(
                    raw + (n * 2 + half) * SPARSE_THREADS * 4, from + half * 16, row() + n * 4 < left,
                    columns_left - half * 16);
            }
        }
        source += static_cast<uint64_t>(width) * K;
    }

    // The thread's copies have arrived: writes their words.
    __device__ __forceinline__ void convert(uint32_t* fragments) const {
        const int lane = group() * 4 + row() % 2 * 2 + member();
        uint32_t* const to = fragments + (row() / 2 * 4 + y() * 2) * SPARSE_FRAGMENT + lane * 4;
#pragma unroll
        for (int octet = 0; octet < OCTETS; ++octet) {
            convert_quads<TERMS>(
                raw + octet * 4 * SPARSE_THREADS * 4, to + octet * TERMS * 8 * SPARSE_FRAGMENT, 8 * SPARSE_FRAGMENT);
        }
    }

    // The sum of the numbers of one column over the rows, in order, added to `sum`; all threads' copies have arrived.
    static __device__ __forceinline__ float add_column(const float* raw_tile, int column, float sum) {
        const int thread = column / 32 * 4 + column / 8 % 2 * 2 + column / 4 % 2;
        const float* const from = raw_tile + (column / 16 % 2 * SPARSE_THREADS + thread) * 4 + column % 4;
#pragma unroll
        for (int row = 0; row < K; ++row) {
            sum += from[(row / 4 * 2 * SPARSE_THREADS + row % 4 * 32) * 4];
        }
        return sum;
    }
};

// Where in a row of eight words of B a lane finds those that it multiplies: words 4 pair + r hold k = 4 (r / 2) + 2
// pair + r % 2.
__device__ __forceinline__ constexpr int sparse_place(int k) {
    return k / 8 * 8 + (k / 2 % 2) * 4 + k / 4 % 2 * 2 + k % 2;
}

// Packed words that a thread reads itself: CHUNKS times four samples of the same four octets, one quad after the other
// or one group of samples after the other.
template <int CHUNKS>
class SparsePacked {
    uint32_t* stage;

  public:
    static constexpr int WORDS = CHUNKS * 4 * SPARSE_THREADS * 4;

    explicit __device__ __forceinline__ SparsePacked(uint32_t* stages) : stage(stages + threadIdx.x * 4) {}

    // Starts to copy a chunk: the words of four samples and the four octets of a block of outputs.
    __device__ __forceinline__ void start(
        const PackedShape& shape, const uint32_t* packed, int chunk, uint32_t quad, uint32_t block, uint32_t sample) {
        const uint32_t* from = packed + shape.clamped_index(quad, block * 4, sample);
        const bool inside = quad < shape.quads && block * 4 < shape.octets && sample < shape.samples;
#pragma unroll
        for (int octet = 0; octet < 4; ++octet) {
            copy_async_or_zero<16>(
                stage + (chunk * 4 + octet) * SPARSE_THREADS * 4, from + octet * static_cast<uint64_t>(shape.samples),
                inside);
        }
    }

    __device__ __forceinline__ void go_to_other(int distance) {
        stage += distance;
    }

    // The kept bits of the n-th sample of a chunk that has arrived, a word an input.
    __device__ __forceinline__ uint4 kept(int chunk, int n) const {
        const uint32_t* const from = stage + chunk * 4 * SPARSE_THREADS * 4 + n;
        return packed_words(
            make_uint4(from[0], from[SPARSE_THREADS * 4], from[2 * SPARSE_THREADS * 4], from[3 * SPARSE_THREADS * 4]));
    }
};

// Sums of two terms in shared memory, where those of the tensor core are emptied in time.
template <int COUNT, int TERMS>
class EmptiedSums {
    float* sums;

  public:
    static constexpr int WORDS = TERMS == 2 ? COUNT * 4 * SPARSE_THREADS : 0;

    explicit __device__ __forceinline__ EmptiedSums(float* shared) : sums(shared + threadIdx.x * 4) {
        if constexpr (TERMS == 2) {
#pragma unroll
            for (int n = 0; n < COUNT; ++n) {
                *reinterpret_cast<float4*>(sums + n * SPARSE_THREADS * 4) = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
            }
        }
    }

    __device__ __forceinline__ void add(float (&from)[COUNT][4]) const {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            float sum[4];
            load_quad(sums + n * SPARSE_THREADS * 4, sum);
            *reinterpret_cast<float4*>(sums + n * SPARSE_THREADS * 4) =
                make_float4(sum[0] + from[n][0], sum[1] + from[n][1], sum[2] + from[n][2], sum[3] + from[n][3]);
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                from[n][e] = 0.0f;
            }
        }
    }

    // What has been added, to where it was added from.
    __device__ __forceinline__ void read(float (&to)[COUNT][4]) const {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            load_quad(sums + n * SPARSE_THREADS * 4, to[n]);
        }
    }
};

// Sums of "columns": [sums of two columns' tiles][y][p] of the tensor core.
template <int COUNT>
using SparseSums = float[COUNT * 4][4];

// Results of a lane by neighbouring columns: results[n][half][y] are columns 32g + 16 half + 8y + 4 (q % 2) .. + 3 of
// n.
template <int COUNT>
using SparseResults = float[COUNT][2][2][4];

// With one term, tile n of sums holds results 2n + q / 2 of the warp. With two, tiles 2n and 2n + 1 are the results of
// that number, and lanes with q / 2 = 0 and 1 hold their two terms: brings them together likewise.
template <int TERMS, int COUNT>
__device__ __forceinline__ void results_of(const SparseSums<COUNT * TERMS>& sums, SparseResults<COUNT>& results) {
    const bool second = threadIdx.x / 2 % 2 != 0;
#pragma unroll
    for (int n = 0; n < COUNT; ++n) {
#pragma unroll
        for (int tile = 0; tile < 4; ++tile) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                float& result = results[n][e / 2][tile / 2][e % 2 * 2 + tile % 2];
                if constexpr (TERMS == 1) {
                    result = sums[n * 4 + tile][e];
                } else {
                    const float first = sums[n * 8 + tile][e];
                    const float other = sums[n * 8 + 4 + tile][e];
                    result = (second ? other : first) + __shfl_xor_sync(0xFFFFFFFFu, second ? first : other, 2);
                }
            }
        }
    }
}

// Multiplies eight fragments, or the four of a pair of terms of the sum, by the words of B of two selectors.
template <int TERMS>
__device__ __forceinline__ void multiply_columns(
    const uint32_t (&low)[TERMS][4][4], const uint32_t (&high)[TERMS][4][4], const uint32_t (&b_low)[4],
    const uint32_t (&b_high)[4], uint32_t first, uint32_t second, uint32_t none, float (*low_sums)[4],
    float (*high_sums)[4]) {
#pragma unroll
    for (int y = 0; y < 2; ++y) {
        const uint32_t bits = __byte_perm(first, second, y == 0 ? 0x6240 : 0x7351);
#pragma unroll
        for (int p = 0; p < 2; ++p) {
            const uint32_t metadata = p == 0 ? even_metadata(bits, none) : odd_metadata(bits, none);
#pragma unroll
            for (int term = 0; term < TERMS; ++term) {
                multiply_sparse_bf16<0>(low_sums[y * 2 + p], low[term][y * 2 + p], b_low, metadata);
                multiply_sparse_bf16<1>(high_sums[y * 2 + p], high[term][y * 2 + p], b_high, metadata);
            }
        }
    }
}
