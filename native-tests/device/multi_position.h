// Launches of the multi-position kernels by plan: operands where they must be made, the kernel of a pass, and the
// second pass where the sums were split.
#pragma once

#include <string>

#include "connection.h"
#include "device.h"
#include "step_state.cuh"

// TF32: operands are floats, of which the products take 10 bits of fraction. BF16: they are rounded to bf16.
enum class MultiPositionPrecision { TF32, BF16 };

enum class MultiPositionTile { LARGE, SMALL };

struct MultiPositionShape {
    int32_t samples;
    int32_t positions;
    int32_t inputs;
    int32_t outputs;
};

// How a multi-position kernel is launched: the tile and the number of splits are chosen, by Java's MultiPositionPlan or
// by a test; the rest follows from them.
struct MultiPositionPlan {
    MultiPositionTile tile;
    int64_t tiles;         // grid x
    int32_t splits;        // grid y
    int32_t split_length;  // samples; BACKWARD_WEIGHT only
    int32_t threads;       // of a block
    int32_t shared_bytes;  // of a block, dynamic
    int64_t partials;      // floats of workspace, 0 if there is one split
    int64_t first_words;   // of the first operand (x or dz) as operands.cu makes it; 0 if it lies so
    int64_t second_words;  // of the second (w or dz)
};

namespace device {

// What a multi-position kernel draws a mask from.
enum class MultiPositionSource { ONE_PLANE, MANY_PLANES, GAUSSIAN, PARTIAL_GAUSSIAN };

// A multi-position kernel, how it is launched, and what it draws.
struct MultiPositionLaunch {
    MultiPositionSource source;
    MultiPositionPrecision precision;
    MultiPositionPlan plan;
    MultiPositionShape shape;
    MaskDraw mask;
    uint32_t* first = nullptr;   // plan.first_words words
    uint32_t* second = nullptr;  // plan.second_words words
    float* partials = nullptr;   // plan.partials floats
};

// multi_position_<pass>_<source>_<precision>_<tile>
std::string multi_position_kernel(
    ConnectionPass pass, MultiPositionSource source, MultiPositionPrecision precision, MultiPositionTile tile);

// At most so many splits: as many as splits of equal numbers of samples give.
MultiPositionPlan multi_position_plan(
    ConnectionPass pass, MultiPositionPrecision precision, const MultiPositionShape& shape, bool aligned,
    MultiPositionTile tile, int64_t max_splits);

// Makes the operands of a pass where the plan asks for it.
void make_operands(ConnectionPass pass, const MultiPositionLaunch& launch, const PassOperands& operands);

// The pass alone, of operands that have been made.
void launch_multi_position(ConnectionPass pass, const MultiPositionLaunch& launch, const PassOperands& operands);

}  // namespace device
