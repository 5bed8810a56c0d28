// Loops that issue one kind of machine instruction, or the mix of a kernel's main loop, for instruction_rates.
//
//   rate_<instructions>(inputs, loops, results, clocks)
//
// repeats `loops` times STEPS steps, each of one instruction or mix. inputs: INPUT_WORDS words for each lane, [word,
// lane]. results: for each thread a number that depends on all it computed. clocks: for each warp the multiprocessor's
// clock before and after. Dynamic shared memory: SHARED_BYTES at least. What a step computes goes into a later step of
// its chain, so that nothing can be left out; chains are independent, as many as hide the latency, or one.
#pragma once

#include "instruction_rates.h"
#include "instructions.cuh"

namespace rates {

class Inputs {
  public:
    __device__ __forceinline__ explicit Inputs(const uint32_t* words) : words_(words + threadIdx.x % warpSize) {}

    __device__ __forceinline__ uint32_t word(int n) const {
        return words_[n % INPUT_WORDS * warpSize];
    }

    // -1, 0, 1 or 2: sums of products stay exact.
    __device__ __forceinline__ float small(int n, int shift) const {
        return static_cast<float>(static_cast<int32_t>(word(n) >> shift & 3u) - 1);
    }

  private:
    const uint32_t* words_;
};

// One number of a result made of all words of a lane's state.
class Digest {
  public:
    __device__ __forceinline__ void add(uint32_t word) {
        sum_ = sum_ * 0x9E3779B1u + word;
    }
    __device__ __forceinline__ void add(float value) {
        add(__float_as_uint(value));
    }
    __device__ __forceinline__ uint32_t sum() const {
        return sum_;
    }

  private:
    uint32_t sum_ = 0;
};

constexpr int CHAINS = 8;

template <int COUNT>
struct MultiplyAdd {
    float values[COUNT];
    float factor;
    float addend;

    __device__ __forceinline__ MultiplyAdd(const Inputs& inputs, unsigned char*) {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            values[n] = inputs.small(n, 0);
        }
        // Values grow by e in 2^13 steps.
        factor = 1.0f + 0x1p-13f;
        addend = inputs.small(COUNT, 2) * 0x1p-10f;
        asm_opaque(factor);
    }
    __device__ __forceinline__ void step(int n) {
        values[n % COUNT] = multiply_add(values[n % COUNT], factor, addend);
    }
    __device__ __forceinline__ void loop(int32_t) {}
    __device__ __forceinline__ void digest(Digest& digest) const {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            digest.add(values[n]);
        }
    }

    static __device__ __forceinline__ void asm_opaque(float& value) {
        value = __uint_as_float(keep(__float_as_uint(value)));
    }
};

// Seven multiply-adds, each under a bit of a word (R2P), and the word's rotation by those seven.
struct MaskedMultiplyAdds {
    static constexpr int BITS = 7;
    MultiplyAdd<2 * BITS> sums;
    uint32_t word;

    __device__ __forceinline__ MaskedMultiplyAdds(const Inputs& inputs, unsigned char* shared)
        : sums(inputs, shared), word(inputs.word(20)) {}
    __device__ __forceinline__ void step(int n) {
        const int first = n % 2 * BITS;
#pragma unroll
        for (int bit = 0; bit < BITS; ++bit) {
            if (bit_is_set(word, bit)) {
                sums.values[first + bit] = fmaf(sums.values[first + bit], sums.factor, sums.addend);
            }
        }
        word = shift_funnel(word, word, 32 - BITS);
    }
    __device__ __forceinline__ void loop(int32_t) {}
    __device__ __forceinline__ void digest(Digest& digest) const {
        sums.digest(digest);
        digest.add(word);
    }
};

// Eight words; `Operation` makes a new one of it and its neighbours.
template <class Operation>
struct Words {
    uint32_t words[CHAINS];
    uint32_t parameter;

    __device__ __forceinline__ Words(const Inputs& inputs, unsigned char*) {
#pragma unroll
        for (int n = 0; n < CHAINS; ++n) {
            words[n] = inputs.word(n);
        }
        parameter = keep(Operation::PARAMETER);
    }
    __device__ __forceinline__ void step(int n) {
        words[n % CHAINS] =
            Operation::of(words[n % CHAINS], words[(n + 1) % CHAINS], words[(n + 3) % CHAINS], parameter);
    }
    // What bytes and bits lose by being moved about.
    __device__ __forceinline__ void loop(int32_t number) {
        words[0] ^= static_cast<uint32_t>(number) * 0x9E3779B1u;
    }
    __device__ __forceinline__ void digest(Digest& digest) const {
#pragma unroll
        for (int n = 0; n < CHAINS; ++n) {
            digest.add(words[n]);
        }
    }
};
struct ExclusiveOr {
    static constexpr uint32_t PARAMETER = 0;
    static __device__ __forceinline__ uint32_t of(uint32_t a, uint32_t b, uint32_t c, uint32_t) {
        return exclusive_or(a, b, c);
    }
};
struct PermuteBytes {
    static constexpr uint32_t PARAMETER = 0x4321;
    static __device__ __forceinline__ uint32_t of(uint32_t a, uint32_t b, uint32_t, uint32_t selector) {
        return permute_bytes(a, b, selector);
    }
};
struct ShiftFunnel {
    static constexpr uint32_t PARAMETER = 7;
    static __device__ __forceinline__ uint32_t of(uint32_t a, uint32_t b, uint32_t, uint32_t amount) {
        return shift_funnel(a, b, amount);
    }
};
struct MultiplyWords {
    static constexpr uint32_t PARAMETER = 0xD2511F53u;
    static __device__ __forceinline__ uint32_t of(uint32_t a, uint32_t, uint32_t c, uint32_t factor) {
        return multiply_add(a, factor, c);
    }
};
// The pair's halves come from one word and a constant: rounding carries into the upper half, so that it counts up.
struct RoundPair {
    static constexpr uint32_t PARAMETER = 0xBF800000u;
    static __device__ __forceinline__ uint32_t of(uint32_t a, uint32_t, uint32_t, uint32_t low) {
        return round_pair(__uint_as_float(low), __uint_as_float(a));
    }
};

// Both halves of each product become factors.
template <int COUNT>
struct MultiplyWide {
    uint64_t products[COUNT];

    __device__ __forceinline__ MultiplyWide(const Inputs& inputs, unsigned char*) {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            products[n] = static_cast<uint64_t>(inputs.word(n)) << 32 | inputs.word(n + COUNT);
        }
    }
    __device__ __forceinline__ void step(int n) {
        products[n % COUNT] = multiply_wide(products[n % COUNT], products[(n + COUNT / 2) % COUNT]);
    }
    // Even factors would become 0 in the end.
    __device__ __forceinline__ void loop(int32_t number) {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            products[n] ^= 0x9E3779B900000001u + static_cast<uint32_t>(number) * 2u;
        }
    }
    __device__ __forceinline__ void digest(Digest& digest) const {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            digest.add(static_cast<uint32_t>(products[n]));
            digest.add(static_cast<uint32_t>(products[n] >> 32));
        }
    }
};

// Each lane follows addresses through a table of 16 entries of its own; an address is made of three loaded words by one
// LOP3. With ONE_LANE_IN above 1 the loads are predicated, and other lanes keep their address.
template <int COUNT, int ONE_LANE_IN>
struct SharedLoads {
    static constexpr int ENTRIES = SHARED_BYTES / (32 * 16);
    const unsigned char* table;
    uint32_t origin;
    uint4 values[COUNT];
    bool wanted;

    __device__ __forceinline__ SharedLoads(const Inputs& inputs, unsigned char* shared) : table(shared) {
        origin = shared_origin(shared);
        const uint32_t lane = threadIdx.x % warpSize;
        wanted = inputs.word(0) % ONE_LANE_IN == 0;
        if (threadIdx.x < warpSize) {
#pragma unroll 1
            for (int n = 0; n < ENTRIES; ++n) {
                const uint32_t next = origin + ((n * 5 + 3) % ENTRIES * warpSize + lane) * 16;
                const uint32_t x = inputs.word(2 * n);
                const uint32_t y = inputs.word(2 * n + 1);
                reinterpret_cast<uint4*>(shared)[n * warpSize + lane] = make_uint4(x, y, x ^ y ^ next, x + y);
            }
        }
        __syncthreads();
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            values[n] = make_uint4(0, 0, origin + (n * warpSize + lane) * 16, 0);
        }
    }
    __device__ __forceinline__ void step(int n) {
        uint4& value = values[n % COUNT];
        const uint32_t address = exclusive_or(value.x, value.y, value.z);
        if constexpr (ONE_LANE_IN == 1) {
            load_shared(value, table, address);
        } else {
            load_shared(value, table, address, wanted);
        }
    }
    __device__ __forceinline__ void loop(int32_t) {}
    __device__ __forceinline__ void digest(Digest& digest) const {
#pragma unroll
        for (int n = 0; n < COUNT; ++n) {
            digest.add((values[n].x ^ values[n].y ^ values[n].z) - origin);
            digest.add(values[n].w);
        }
    }
};

__device__ __forceinline__ uint32_t bf16_of(float value) {
    return __float_as_uint(value) >> 16;
}
// Of -1, 0, 1 and 2.
__device__ __forceinline__ uint32_t f16_of(float value) {
    return value == 0.0f ? 0 : value == 1.0f ? 0x3C00u : value == 2.0f ? 0x4000u : 0xBC00u;
}

// Random bits as the kernels make metadata of them: every nibble chooses between an input and a zero.
__device__ __forceinline__ uint32_t metadata_of(SparseNumbers numbers, uint32_t word) {
    // 0100 or 1110 for floats.
    const uint32_t bits = word & 0x11111111u;
    return numbers == SparseNumbers::TF32 ? 0x44444444u | bits << 3 | bits << 1 : (word & 0x55555555u) | 0x88888888u;
}

// What factors of tensor cores are made of.
template <SparseNumbers NUMBERS>
__device__ __forceinline__ uint32_t factor_of(const Inputs& inputs, int n) {
    const float first = inputs.small(n, 4);
    const float second = inputs.small(n, 12);
    return NUMBERS == SparseNumbers::TF32  ? __float_as_uint(first)
           : NUMBERS == SparseNumbers::F16 ? f16_of(first) | f16_of(second) << 16
                                           : bf16_of(first) | bf16_of(second) << 16;
}

template <SparseNumbers NUMBERS_>
struct DenseProduct {
    static constexpr SparseNumbers NUMBERS = NUMBERS_;
    static constexpr int B_WORDS = 2;
    static __device__ __forceinline__ void run(
        float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], uint32_t) {
        if constexpr (NUMBERS == SparseNumbers::BF16) {
            multiply_bf16(sums, a, b);
        } else {
            multiply_tf32(sums, a, b);
        }
    }
};
template <SparseNumbers NUMBERS_, bool ORDERED>
struct SparseProduct {
    static constexpr SparseNumbers NUMBERS = NUMBERS_;
    static constexpr int B_WORDS = 4;
    static __device__ __forceinline__ void run(
        float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
        multiply_sparse<NUMBERS, ORDERED, 0>(sums, a, b, metadata);
    }
};

template <class Product, int COUNT>
struct Products {
    float sums[COUNT][4];
    uint32_t a[2][4];
    uint32_t b[4][Product::B_WORDS];
    uint32_t metadata;

    __device__ __forceinline__ Products(const Inputs& inputs, unsigned char*) {
#pragma unroll
        for (int n = 0; n < COUNT * 4; ++n) {
            sums[n / 4][n % 4] = 0.0f;
        }
#pragma unroll
        for (int n = 0; n < 8; ++n) {
            a[n / 4][n % 4] = factor_of<Product::NUMBERS>(inputs, n);
        }
#pragma unroll
        for (int n = 0; n < 4 * Product::B_WORDS; ++n) {
            b[n / Product::B_WORDS][n % Product::B_WORDS] = factor_of<Product::NUMBERS>(inputs, 8 + n);
        }
        metadata = metadata_of(Product::NUMBERS, inputs.word(30));
    }
    __device__ __forceinline__ void step(int n) {
        Product::run(sums[n % COUNT], a[n % 2], b[n % 4], metadata);
    }
    __device__ __forceinline__ void loop(int32_t) {}
    __device__ __forceinline__ void digest(Digest& digest) const {
#pragma unroll
        for (int n = 0; n < COUNT * 4; ++n) {
            digest.add(sums[n / 4][n % 4]);
        }
    }
};

// PRODUCTS mma.sp, LOGIC LOP3 and WIDE IMAD.WIDE a step, and LOADS LDS.128 with one lane in eight in eight steps.
template <int PRODUCTS, int LOGIC, int WIDE, int LOADS>
struct Mix {
    Products<SparseProduct<SparseNumbers::BF16, false>, CHAINS> products;
    Words<ExclusiveOr> words;
    MultiplyWide<4> wide;
    SharedLoads<LOADS == 0 ? 1 : LOADS, 8> loads;

    __device__ __forceinline__ Mix(const Inputs& inputs, unsigned char* shared)
        : products(inputs, shared), words(inputs, shared), wide(inputs, shared), loads(inputs, shared) {}
    __device__ __forceinline__ void step(int n) {
#pragma unroll
        for (int k = 0; k < PRODUCTS; ++k) {
            products.step(n * PRODUCTS + k);
        }
#pragma unroll
        for (int k = 0; k < LOGIC; ++k) {
            words.step(n * LOGIC + k);
        }
#pragma unroll
        for (int k = 0; k < WIDE; ++k) {
            wide.step(n * WIDE + k);
        }
        if (n % 8 < LOADS) {
            loads.step(n % 8);
        }
    }
    __device__ __forceinline__ void loop(int32_t number) {
        words.loop(number);
        wide.loop(number);
    }
    __device__ __forceinline__ void digest(Digest& digest) const {
        products.digest(digest);
        words.digest(digest);
        wide.digest(digest);
        loads.digest(digest);
    }
};

template <class State, int STEPS>
__device__ __forceinline__ void measure(const uint32_t* words, int32_t loops, uint32_t* results, int64_t* clocks) {
    DYNAMIC_SHARED(shared);
    State state(Inputs(words), shared);
    __syncthreads();
    const int64_t begin = clock_cycles();
#pragma unroll 1
    for (int32_t number = 0; number < loops; ++number) {
#pragma unroll
        for (int n = 0; n < STEPS; ++n) {
            state.step(n);
        }
        state.loop(number);
    }
    const int64_t end = clock_cycles();
    Digest digest;
    state.digest(digest);
    const int64_t thread = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x;
    results[thread] = digest.sum();
    if (threadIdx.x % warpSize == 0) {
        clocks[thread / warpSize * 2] = begin;
        clocks[thread / warpSize * 2 + 1] = end;
    }
}

// A warp a block multiplies random factors: a, b and sums are [block, lane, word], metadata is [block, lane].
template <SparseNumbers NUMBERS, bool ORDERED>
__device__ __forceinline__ void multiply_cases(
    const uint32_t* a, const uint32_t* b, const uint32_t* metadata, int32_t selector, float* sums) {
    const int64_t at = blockIdx.x * static_cast<int64_t>(warpSize) + threadIdx.x;
    float own_sums[4];
    uint32_t own_a[4];
    uint32_t own_b[4];
#pragma unroll
    for (int n = 0; n < 4; ++n) {
        own_sums[n] = sums[at * 4 + n];
        own_a[n] = a[at * 4 + n];
        own_b[n] = b[at * 4 + n];
    }
    if (selector == 0) {
        multiply_sparse<NUMBERS, ORDERED, 0>(own_sums, own_a, own_b, metadata[at]);
    } else {
        multiply_sparse<NUMBERS, ORDERED, 1>(own_sums, own_a, own_b, metadata[at]);
    }
#pragma unroll
    for (int n = 0; n < 4; ++n) {
        sums[at * 4 + n] = own_sums[n];
    }
}

}  // namespace rates

#define RATE(name, steps, ...)                                                                                        \
    KERNEL(                                                                                                           \
        rate_##name, __launch_bounds__(rates::MAX_THREADS), const uint32_t* inputs, int32_t loops, uint32_t* results, \
        int64_t* clocks) {                                                                                            \
        rates::measure<__VA_ARGS__, steps>(inputs, loops, results, clocks);                                           \
    }

#define SPARSE_CASES(name, numbers, ordered)                                                                        \
    KERNEL(                                                                                                         \
        sparse_cases_##name, __launch_bounds__(32), const uint32_t* a, const uint32_t* b, const uint32_t* metadata, \
        int32_t selector, float* sums) {                                                                            \
        rates::multiply_cases<SparseNumbers::numbers, ordered>(a, b, metadata, selector, sums);                     \
    }
