// Launches of the connection kernels: the kernel of a pass, source and tile, and the second pass where the sums are
// split.
#pragma once

#include <cstdint>
#include <string>

#include "device.h"
#include "step_state.cuh"

enum class ConnectionPass { FORWARD, BACKWARD_INPUT, BACKWARD_WEIGHT };

enum class ConnectionSource { ONE_PLANE, TWO_PLANES, MANY_PLANES, PACKED, GAUSSIAN, PARTIAL_GAUSSIAN, UNMASKED };

enum class ConnectionTile { LARGE, SMALL, UNALIGNED, NORMALS };

// How a connection kernel is launched: the tile and the number of splits are chosen, by Java's ConnectionPlan or by a
// test; the rest follows from them.
struct ConnectionPlan {
    ConnectionTile tile;
    int64_t tiles;          // grid x
    int32_t splits;         // grid y
    int32_t split_length;   // terms of the sum: inputs, outputs or samples
    int32_t threads;        // of a block
    int32_t shared_bytes;   // of a block, dynamic
    int64_t partials;       // floats of workspace, 0 if there is one split
    int64_t bias_partials;  // the same for the bias; BACKWARD_WEIGHT only
};

namespace device {

// Sizes of a layer and its batch.
struct LayerShape {
    int32_t samples;
    int32_t inputs;
    int32_t outputs;
};

// A connection kernel, how it is launched, and what it draws; names as in cuda/connection_kernels.cuh.
struct ConnectionLaunch {
    ConnectionSource source;
    ConnectionPlan plan;
    LayerShape shape;
    const StepState* state;
    uint32_t layer = 0;
    uint32_t first_sample = 0;
    uint32_t planes = 1;
    uint32_t threshold = 1;
    float scale = 1;
    float sigma = 0;
    uint32_t* packed = nullptr;
    float* partials = nullptr;       // plan.partials floats
    float* bias_partials = nullptr;  // plan.bias_partials floats
};

// As in the names of kernels: "backward_input", "one_plane".
std::string pass_word(ConnectionPass pass);
std::string source_word(ConnectionSource source);

// connection_<pass>_<source>_<tile>
std::string connection_kernel(ConnectionPass pass, ConnectionSource source, ConnectionTile tile);

// At most so many splits: as many as splits of equal numbers of k-steps give.
ConnectionPlan connection_plan(
    ConnectionPass pass, ConnectionSource source, const LayerShape& shape, ConnectionTile tile, int64_t max_splits);

// Words of 32 bits to allocate for the packed mask of a layer, laid out as in mask_words.cuh.
int64_t packed_words(const LayerShape& shape);

// Activations are numbers of enum Activation. Null pointers where a kernel allows them.
void connection_forward(
    const ConnectionLaunch& launch, const float* x, const float* w, const float* bias, int32_t activation, float* z,
    float* y);

void connection_backward_input(const ConnectionLaunch& launch, const float* dz, const float* w, float* dx);

void connection_backward_weight(const ConnectionLaunch& launch, const float* x, const float* dz, float* dw, float* db);

}  // namespace device
