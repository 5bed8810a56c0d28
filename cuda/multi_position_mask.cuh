// Masks of the multi-position kernels: kept bits of a tile's connections in shared memory, as the generator gives them,
// four words for a quad of inputs and a block of 32 outputs; and normals.
#pragma once

#include "multi_position_product.cuh"

// QUADS x BLOCKS, the words of (quad, block) at tile[index(quad, block)]: lanes of neighbouring quads read neighbours.
template <int QUAD_COUNT, int BLOCK_COUNT>
struct KeptBits {
    static constexpr int QUADS = QUAD_COUNT;
    static constexpr int BLOCKS = BLOCK_COUNT;
    static constexpr int WORDS = QUADS * BLOCKS * 4;

    static __device__ __forceinline__ constexpr int index(int quad, int block) {
        return (block * QUADS + quad) * 4;
    }

    // Draws them, quads from first_quad and blocks from first_block on, by all THREADS threads.
    template <class Source, int THREADS>
    static __device__ __forceinline__ void draw(
        const ScheduledMask& mask, uint32_t* tile, uint32_t first_quad, uint32_t first_block, uint32_t sample) {
        constexpr int TASKS = QUADS * BLOCKS;
        static_assert(TASKS <= THREADS, "a thread draws once");
        if (TASKS == THREADS || threadIdx.x < TASKS) {
            const int quad = threadIdx.x % QUADS;
            const int block = threadIdx.x / QUADS;
            const uint32_t samples[1] = {sample};
            uint4 kept[1];
            kept_bits<Source::PLANES>(mask, first_block + block, first_quad + quad, samples, kept);
            *reinterpret_cast<uint4*>(tile + index(quad, block)) = kept[0];
        }
    }

    static __device__ __forceinline__ void read(const uint32_t* tile, int quad, int block, uint32_t (&words)[4]) {
        load_words(tile + index(quad, block), words);
    }
};

// Multiplies weights in shared memory by their multipliers: QUADS quads of inputs by OUTPUTS outputs. weight(i, u) is
// the place of a weight and bits(quad) the place of a quad's word for an output's block, or null.
template <class Source, class Precision, int QUADS, int OUTPUTS, int THREADS, class Weight, class Bits>
__device__ __forceinline__ void perturb_weights(
    const ScheduledMask& mask, uint32_t first_quad, uint32_t first_output, uint32_t sample, const Weight& weight,
    const Bits& bits) {
    // Not unrolled: drawing is long.
#pragma unroll 1
    for (int task = threadIdx.x; task < QUADS * OUTPUTS; task += THREADS) {
        const int output = task % OUTPUTS;
        const int quad = task / OUTPUTS;
        float multipliers[4];
        draw_multipliers<Source>(
            mask, first_output + output, first_quad + quad, sample,
            [&](int i) { return (bits(quad, output)[i] >> (output % 32) & 1u) != 0; }, multipliers);
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            typename Precision::Element* const at = weight(quad * 4 + i, output);
            *at = Precision::multiplied(*at, multipliers[i]);
        }
    }
}
