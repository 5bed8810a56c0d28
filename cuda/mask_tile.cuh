// The packed mask words of a tile, in shared memory: word (quad, octet, sample) at tile[index(quad, octet, sample)]. As
// in tile_copy.cuh, k runs over inputs or samples, and what a thread needs for its next words is carried along.
#pragma once

#include "mask_words.cuh"

#include <type_traits>

template <int QUADS, int OCTETS, int SAMPLES>
struct MaskTile {
    static constexpr int GROUPS = SAMPLES / 4;
    static constexpr int BLOCKS = OCTETS / 4;
    // The padding lets threads of neighbouring octets read their words from different banks.
    static constexpr int STRIDE = SAMPLES + 4;
    static constexpr int WORDS = QUADS * OCTETS * STRIDE;

    static __device__ __forceinline__ constexpr int index(int quad, int octet, int sample) {
        return (quad * OCTETS + octet) * STRIDE + sample;
    }
};

// Draws the words of one tile after another: a thread those of one quad, 32 outputs and 4 samples.
template <class Tile, int THREADS>
class MaskDrawer {
    static constexpr int TASKS = Tile::WORDS / Tile::STRIDE / 4 * Tile::GROUPS;
    static_assert(TASKS <= THREADS, "a thread draws once a tile");

    uint32_t quad;
    uint32_t block;
    uint32_t row;
    uint32_t* target;

  public:
    // quad, block of 32 outputs, row of the batch: the place of the first tile.
    __device__ __forceinline__ MaskDrawer(uint32_t quad, uint32_t block, uint32_t row, uint32_t* tile)
        : quad(quad + task_quad()),
          block(block + task_block()),
          row(row + task_sample()),
          target(tile + Tile::index(task_quad(), task_block() * 4, task_sample())) {}

    static __device__ __forceinline__ int task_sample() {
        return threadIdx.x % Tile::GROUPS * 4;
    }
    static __device__ __forceinline__ int task_block() {
        return threadIdx.x / Tile::GROUPS % Tile::BLOCKS;
    }
    static __device__ __forceinline__ int task_quad() {
        return threadIdx.x / (Tile::GROUPS * Tile::BLOCKS);
    }

    // Draws the next tile, and goes on to the one QUADS quads and SAMPLES samples further, `stage` words further.
    // Stores the words to `packed` too, unless null.
    template <int PLANES, int QUADS, int SAMPLES>
    __device__ __forceinline__ void draw(
        const ScheduledMask& mask, uint32_t first_sample, const PackedShape& shape, uint32_t* packed, int stage) {
        if (TASKS == THREADS || threadIdx.x < TASKS) {
            uint4 words[4];
            draw_packed<PLANES>(mask, block, quad, first_sample + row, words);
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                *reinterpret_cast<uint4*>(target + n * Tile::STRIDE) = words[n];
            }
            if (packed != nullptr) {
                shape.store(packed, quad, block * 4, row, words);
            }
        }
        quad += QUADS;
        row += SAMPLES;
        target += stage;
    }
};

// Copies packed words from memory, tile after tile along the inputs. Places past the layer's edges get the nearest
// words, or none; they are not used.
template <class Tile, int QUADS, int THREADS>
class PackedAlongInputs {
    static constexpr int ROUNDS = Tile::WORDS / Tile::STRIDE / QUADS * Tile::GROUPS / THREADS;  // for one quad
    static constexpr int OCTETS = THREADS / Tile::GROUPS;                                       // of a round
    static_assert(ROUNDS >= 1 && THREADS % Tile::GROUPS == 0, "a quad takes whole rounds");

    const uint32_t* source[ROUNDS];
    int64_t step;
    uint32_t* target;

  public:
    __device__ __forceinline__ PackedAlongInputs(
        const PackedShape& shape, const uint32_t* packed, uint32_t quad, uint32_t octet, uint32_t row, uint32_t* tile)
        : step(static_cast<int64_t>(shape.octets) * shape.samples) {
        const int sample = threadIdx.x % Tile::GROUPS * 4;
        const int first = threadIdx.x / Tile::GROUPS;
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            source[round] = packed + shape.clamped_index(quad, octet + first + round * OCTETS, row + sample);
        }
        target = tile + Tile::index(0, first, sample);
    }

    // Starts to copy the words of the next QUADS quads of inputs, `left` inputs of which are there; goes on to the tile
    // `stage` words further.
    __device__ __forceinline__ void start(int32_t left, int stage) {
#pragma unroll
        for (int quad = 0; quad < QUADS; ++quad) {
#pragma unroll
            for (int round = 0; round < ROUNDS; ++round) {
                if (quad * 4 < left) {
                    copy_async<16>(target + Tile::index(quad, round * OCTETS, 0), source[round]);
                }
                source[round] += step;
            }
        }
        target += stage;
    }
};

// The same along the samples.
template <class Tile, int SAMPLES, int THREADS>
class PackedAlongSamples {
    static constexpr int ROWS = THREADS / Tile::GROUPS;  // a round covers so many of the quads' octets
    static constexpr int ROUNDS = Tile::WORDS / Tile::STRIDE / ROWS;
    static constexpr int OCTETS = Tile::BLOCKS * 4;
    static_assert(THREADS % Tile::GROUPS == 0 && ROWS % OCTETS == 0, "a round covers whole quads");

    const uint32_t* source[ROUNDS];
    uint32_t* target;

    __device__ __forceinline__ int sample() const {
        return threadIdx.x % Tile::GROUPS * 4;
    }

  public:
    __device__ __forceinline__ PackedAlongSamples(
        const PackedShape& shape, const uint32_t* packed, uint32_t quad, uint32_t octet, uint32_t row, uint32_t* tile) {
        const int o = threadIdx.x / Tile::GROUPS % OCTETS;
        const int q = threadIdx.x / Tile::GROUPS / OCTETS;
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            source[round] = packed + shape.clamped_index(quad + q + round * (ROWS / OCTETS), octet + o, row + sample());
        }
        target = tile + Tile::index(q, o, sample());
    }

    // Starts to copy the words of the next SAMPLES samples, `left` of which are there; goes on to the tile `stage`
    // words further.
    __device__ __forceinline__ void start(int32_t left, int stage) {
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            if (sample() < left) {
                copy_async<16>(target + Tile::index(round * (ROWS / OCTETS), 0, 0), source[round]);
            }
            source[round] += SAMPLES;
        }
        target += stage;
    }
};

// For sources that read no packed words.
struct NoCopies {
    template <class... Arguments>
    __device__ __forceinline__ NoCopies(const Arguments&...) {}
    __device__ __forceinline__ void start(int32_t, int) {}
};
