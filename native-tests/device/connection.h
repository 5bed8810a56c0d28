// Launches of the connection kernels, as connection_plan.h or a plan of one's own says: kernel by name, grid, workspace, and
// the second pass where sums are split.
#pragma once

#include <cstdint>
#include <string>

#include "connection_plan.h"
#include "device.h"
#include "step_state.cuh"

namespace device {

struct ConnectionShape {
    int32_t samples;
    int32_t inputs;
    int32_t outputs;
};

// The kernels' common parameters: see connection_kernels.cuh.
struct ConnectionMask {
    ConnectionSource source;
    const StepState* state;
    uint32_t layer;
    uint32_t first_sample;
    uint32_t planes;
    uint32_t threshold;
    float scale;
    float sigma;
};

// "one_plane", "large", ...: as in the kernels' names.
const char* source_name(ConnectionSource source);
const char* tile_name(ConnectionTile tile);

// Words of a packed mask.
int64_t packed_words(const ConnectionShape& shape);

// One pass over layers of a shape, with its workspace: launching it allocates nothing.
class ConnectionLaunch {
  public:
    // `aligned`: all buffers will lie at multiples of 16 bytes.
    ConnectionLaunch(ConnectionPass pass, ConnectionSource source, const ConnectionShape& shape, bool aligned);

    // With any plan that the kernels can follow.
    ConnectionLaunch(
        ConnectionPass pass, ConnectionSource source, const ConnectionShape& shape, const ConnectionPlan& plan);

    const ConnectionPlan& plan() const {
        return plan_;
    }

    const std::string& kernel() const {
        return kernel_;
    }

    // bias and packed may be null.
    void forward(const ConnectionMask& mask, const float* x, const float* w, const float* bias, int32_t activation,
                 float* z, float* y, uint32_t* packed) const;

    // z_below and y_below may be null without an activation.
    void backward_input(const ConnectionMask& mask, const float* dz, const float* w, int32_t activation,
                        const float* z_below, const float* y_below, float* dx, const uint32_t* packed) const;

    // db may be null.
    void backward_weight(const ConnectionMask& mask, const float* x, const float* dz, float* dw, float* db,
                         const uint32_t* packed) const;

  private:
    Launch launch() const;
    Launch second_launch(int64_t results) const;
    void check(ConnectionPass pass, const ConnectionMask& mask) const;

    ConnectionPass pass_;
    ConnectionSource source_;
    ConnectionShape shape_;
    ConnectionPlan plan_;
    std::string kernel_;
    Array<float> partials_;
    Array<float> bias_partials_;
};

}  // namespace device
