// Sizes of the tiles that the connection kernels compute; plain C++.
//
// A block of THREADS threads computes a tile of results; BLOCKS blocks are to fit a multiprocessor at least. Rows are
// copied VECTOR floats at a time: 4 needs inputs and outputs that are multiples of 4 and buffers aligned to 16 bytes.
//
//   large       for wide layers
//   small       for layers and batches that give too few large tiles to fill a GPU
//   unaligned   as small, for any sizes
//   normals     for Gaussian noise, where drawing costs far more than loading: few results a thread, any sizes
#pragma once

// Forward: SAMPLES x OUTPUTS results a block, INPUTS a k-step; a thread computes THREAD_SAMPLES x 8, reading the mask
// words of GROUP samples at a time.
struct ForwardLarge {
    static constexpr int SAMPLES = 64, OUTPUTS = 128, INPUTS = 8;
    static constexpr int THREAD_SAMPLES = 8, GROUP = 4;
    static constexpr int THREADS = 128, BLOCKS = 3, VECTOR = 4;
};
struct ForwardSmall {
    static constexpr int SAMPLES = 32, OUTPUTS = 64, INPUTS = 8;
    static constexpr int THREAD_SAMPLES = 8, GROUP = 4;
    static constexpr int THREADS = 32, BLOCKS = 12, VECTOR = 4;
};
struct ForwardUnaligned : ForwardSmall {
    static constexpr int VECTOR = 1;
};
struct ForwardNormals {
    static constexpr int SAMPLES = 16, OUTPUTS = 64, INPUTS = 8;
    static constexpr int THREAD_SAMPLES = 1, GROUP = 1;
    static constexpr int THREADS = 128, BLOCKS = 4, VECTOR = 1;
};

// Gradient of the inputs: SAMPLES x INPUTS results a block, OUTPUTS a k-step (as many as share random words); a thread
// computes THREAD_SAMPLES x 4 THREAD_QUADS, its samples 32 apart.
struct BackwardInputLarge {
    static constexpr int SAMPLES = 128, INPUTS = 32, OUTPUTS = 32;
    static constexpr int THREAD_SAMPLES = 4, THREAD_QUADS = 2;
    static constexpr int THREADS = 128, BLOCKS = 3, VECTOR = 4;
};
// Reads of packed words may run over the end by less than BackwardInputLarge::SAMPLES words, which must be allocated;
// their values are never used.
struct BackwardInputSmall {
    static constexpr int SAMPLES = 32, INPUTS = 32, OUTPUTS = 32;
    static constexpr int THREAD_SAMPLES = 1, THREAD_QUADS = 2;
    static constexpr int THREADS = 128, BLOCKS = 4, VECTOR = 4;
};
struct BackwardInputUnaligned : BackwardInputSmall {
    static constexpr int VECTOR = 1;
};
struct BackwardInputNormals {
    static constexpr int SAMPLES = 32, INPUTS = 16, OUTPUTS = 32;
    static constexpr int THREAD_SAMPLES = 1, THREAD_QUADS = 1;
    static constexpr int THREADS = 128, BLOCKS = 4, VECTOR = 1;
};

// Gradient of the weights: INPUTS x OUTPUTS results a block, SAMPLES a k-step; a thread computes 4 THREAD_QUADS x 8,
// reading the mask words of GROUP samples at a time.
struct BackwardWeightLarge {
    static constexpr int INPUTS = 64, OUTPUTS = 128, SAMPLES = 8;
    static constexpr int THREAD_QUADS = 2, GROUP = 4;
    static constexpr int THREADS = 128, BLOCKS = 4, VECTOR = 4;
};
struct BackwardWeightSmall {
    static constexpr int INPUTS = 64, OUTPUTS = 64, SAMPLES = 8;
    static constexpr int THREAD_QUADS = 2, GROUP = 4;
    static constexpr int THREADS = 64, BLOCKS = 6, VECTOR = 4;
};
struct BackwardWeightUnaligned : BackwardWeightSmall {
    static constexpr int VECTOR = 1;
};
struct BackwardWeightNormals {
    static constexpr int INPUTS = 32, OUTPUTS = 64, SAMPLES = 8;
    static constexpr int THREAD_QUADS = 1, GROUP = 1;
    static constexpr int THREADS = 64, BLOCKS = 6, VECTOR = 1;
};

// Words of shared memory that a stage takes: the tiles of the factors, padded against bank conflicts, and the bits of
// the mask where there are any.
template <class Tile>
constexpr int FORWARD_STAGE = Tile::SAMPLES*(Tile::INPUTS + 4) + Tile::INPUTS* Tile::OUTPUTS;
template <class Tile>
constexpr int FORWARD_STAGE_BITS = Tile::INPUTS / 4 * (Tile::OUTPUTS / 8) * (Tile::SAMPLES + 4);
template <class Tile>
constexpr int BACKWARD_INPUT_STAGE = Tile::SAMPLES*(Tile::OUTPUTS + 4) + Tile::INPUTS*(Tile::OUTPUTS + 8);
template <class Tile>
constexpr int BACKWARD_WEIGHT_STAGE = Tile::SAMPLES*(Tile::INPUTS + Tile::OUTPUTS);
template <class Tile>
constexpr int BACKWARD_WEIGHT_STAGE_BITS = Tile::INPUTS / 4 * (Tile::OUTPUTS / 8) * (Tile::SAMPLES + 4);
