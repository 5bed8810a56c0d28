// Launches of the connection kernels: the kernel of a pass, source and tile, and the second pass where the sums are
// split.
#pragma once

#include <cstdint>
#include <string>

#include "device.h"
#include "step_state.cuh"

enum class ConnectionPass { FORWARD, BACKWARD_INPUT, BACKWARD_WEIGHT };

enum class ConnectionSource { ONE_PLANE, TWO_PLANES, MANY_PLANES, PACKED, GAUSSIAN, PARTIAL_GAUSSIAN, UNMASKED };

// What the factors are rounded to: nothing, one bf16, or the sum of two.
enum class FactorPrecision { FP32, BF16, BF16X2 };

// Which kernels: where their mask comes from, and what they multiply.
struct ConnectionVariant {
    ConnectionSource source;
    FactorPrecision precision;

    ConnectionVariant(
        ConnectionSource source = ConnectionSource::UNMASKED, FactorPrecision precision = FactorPrecision::FP32)
        : source(source), precision(precision) {}
    operator ConnectionSource() const {
        return source;
    }
};

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

// What a kernel draws; names as in cuda/connection_kernels.cuh.
struct MaskDraw {
    const StepState* state = nullptr;
    uint32_t layer = 0;
    uint32_t first_sample = 0;
    uint32_t planes = 1;
    uint32_t threshold = 1;
    float scale = 1;
    float sigma = 0;
};

// Operands of a pass: x and w, dz and w, or x and dz; and its result: z, dx or dw.
struct PassOperands {
    const float* first;
    const float* second;
    float* result;
    const float* bias = nullptr;     // FORWARD; may stay null
    int32_t activation = 0;          // FORWARD; a number of enum Activation
    float* y = nullptr;              // FORWARD
    float* bias_gradient = nullptr;  // BACKWARD_WEIGHT; may stay null
};

// A connection kernel, how it is launched, and what it draws.
struct ConnectionLaunch {
    ConnectionVariant variant;
    ConnectionPlan plan;
    LayerShape shape;
    MaskDraw mask;
    uint32_t* packed = nullptr;
    float* partials = nullptr;       // plan.partials floats
    float* bias_partials = nullptr;  // plan.bias_partials floats
};

// As in the names of kernels: "backward_input", "one_plane".
std::string pass_word(ConnectionPass pass);
std::string source_word(ConnectionSource source);

// connection_<pass>_<source>_<tile>, with _<precision> before the tile if it is not FP32
std::string connection_kernel(ConnectionPass pass, ConnectionVariant variant, ConnectionTile tile);

// At most so many splits: as many as splits of equal numbers of k-steps give.
ConnectionPlan connection_plan(
    ConnectionPass pass, ConnectionVariant variant, const LayerShape& shape, ConnectionTile tile, int64_t max_splits);

// Words of 32 bits to allocate for the packed mask of a layer, laid out as in mask_words.cuh.
int64_t packed_words(const LayerShape& shape);

void launch_connection(ConnectionPass pass, const ConnectionLaunch& launch, const PassOperands& operands);

// Threads for every result, within what keeps a GPU busy.
Launch launch_for(int64_t results);

// Launches a kernel by its plan, with what all masked kernels begin with and its own arguments.
template <class Plan, class... A>
void launch_planned(const std::string& kernel, const Plan& plan, const MaskDraw& mask, A... arguments) {
    const Launch shape{
        {static_cast<unsigned>(plan.tiles), static_cast<unsigned>(plan.splits)},
        static_cast<unsigned>(plan.threads),
        static_cast<size_t>(plan.shared_bytes)};
    launch(
        kernel, shape, mask.state, mask.layer, mask.first_sample, mask.planes, mask.threshold, mask.scale, mask.sigma,
        arguments...);
}

}  // namespace device
