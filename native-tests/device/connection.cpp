#include "connection.h"

#include <algorithm>

namespace device {

// As in mask_words.cuh: words behind the last that a tile may read.
static constexpr int64_t PACKED_SLACK = 128;
// As in connection_sums.cu.
static constexpr unsigned SUM_THREADS = 256;
static constexpr int64_t MOST_SUM_BLOCKS = 65536;

static std::string kernel_name(ConnectionPass pass, ConnectionSource source, ConnectionTile tile) {
    const char* const passes[] = {"forward", "backward_input", "backward_weight"};
    return std::string("connection_") + passes[static_cast<int>(pass)] + "_" + source_name(source) + "_" + tile_name(tile);
}

const char* source_name(ConnectionSource source) {
    const char* const names[] = {"one_plane", "two_planes", "many_planes", "packed", "gaussian", "partial_gaussian",
                                 "unmasked"};
    return names[static_cast<int>(source)];
}

const char* tile_name(ConnectionTile tile) {
    const char* const names[] = {"large", "small", "unaligned", "normals"};
    return names[static_cast<int>(tile)];
}

int64_t packed_words(const ConnectionShape& shape) {
    const int64_t quads = (static_cast<int64_t>(shape.inputs) + 3) / 4;
    const int64_t octets = (static_cast<int64_t>(shape.outputs) + 31) / 32 * 4;
    const int64_t samples = (static_cast<int64_t>(shape.samples) + 3) / 4 * 4;
    return quads * octets * samples + PACKED_SLACK;
}

ConnectionLaunch::ConnectionLaunch(
    ConnectionPass pass, ConnectionSource source, const ConnectionShape& shape, bool aligned)
    : ConnectionLaunch(
          pass, source, shape,
          plan_connections(pass, source, shape.samples, shape.inputs, shape.outputs, aligned, multiprocessors())) {}

ConnectionLaunch::ConnectionLaunch(
    ConnectionPass pass, ConnectionSource source, const ConnectionShape& shape, const ConnectionPlan& plan)
    : pass_(pass),
      source_(source),
      shape_(shape),
      plan_(plan),
      kernel_(kernel_name(pass, source, plan.tile)),
      partials_(plan.partials),
      bias_partials_(plan.bias_partials) {}

Launch ConnectionLaunch::launch() const {
    return {{static_cast<unsigned>(plan_.tiles), static_cast<unsigned>(plan_.stretches)},
            static_cast<unsigned>(plan_.threads),
            static_cast<size_t>(plan_.shared_bytes)};
}

Launch ConnectionLaunch::second_launch(int64_t results) const {
    return {{static_cast<unsigned>(std::min((results + SUM_THREADS - 1) / SUM_THREADS, MOST_SUM_BLOCKS))}, SUM_THREADS};
}

void ConnectionLaunch::check(ConnectionPass pass, const ConnectionMask& mask) const {
    if (pass != pass_ || mask.source != source_) {
        throw std::runtime_error("this launch is planned for " + kernel_ + ", not for another pass or source: " +
                                 kernel_name(pass, mask.source, plan_.tile));
    }
}

void ConnectionLaunch::forward(const ConnectionMask& mask, const float* x, const float* w, const float* bias,
                               int32_t activation, float* z, float* y, uint32_t* packed) const {
    check(ConnectionPass::FORWARD, mask);
    const bool split = plan_.stretches > 1;
    float* const partials = split ? partials_.pointer() : nullptr;
    device::launch(kernel_, launch(), mask.state, mask.layer, mask.first_sample, mask.planes, mask.threshold, mask.scale,
                   mask.sigma, shape_.samples, shape_.inputs, shape_.outputs, x, w, bias, activation, z, y, packed, partials,
                   plan_.stretch);
    if (split) {
        device::launch("connection_forward_sum", second_launch(static_cast<int64_t>(shape_.samples) * shape_.outputs),
                       static_cast<const float*>(partials), plan_.stretches, shape_.samples, shape_.outputs, mask.scale,
                       bias, activation, z, y);
    }
}

void ConnectionLaunch::backward_input(const ConnectionMask& mask, const float* dz, const float* w, int32_t activation,
                                      const float* z_below, const float* y_below, float* dx, const uint32_t* packed) const {
    check(ConnectionPass::BACKWARD_INPUT, mask);
    const bool split = plan_.stretches > 1;
    float* const partials = split ? partials_.pointer() : nullptr;
    device::launch(kernel_, launch(), mask.state, mask.layer, mask.first_sample, mask.planes, mask.threshold, mask.scale,
                   mask.sigma, shape_.samples, shape_.inputs, shape_.outputs, dz, w, activation, z_below, y_below, dx,
                   packed, partials, plan_.stretch);
    if (split) {
        device::launch("connection_backward_input_sum", second_launch(static_cast<int64_t>(shape_.samples) * shape_.inputs),
                       static_cast<const float*>(partials), plan_.stretches, shape_.samples, shape_.inputs, mask.scale,
                       activation, z_below, y_below, dx);
    }
}

void ConnectionLaunch::backward_weight(const ConnectionMask& mask, const float* x, const float* dz, float* dw, float* db,
                                       const uint32_t* packed) const {
    check(ConnectionPass::BACKWARD_WEIGHT, mask);
    const bool split = plan_.stretches > 1;
    float* const partials = split ? partials_.pointer() : nullptr;
    float* const bias_partials = split && db != nullptr ? bias_partials_.pointer() : nullptr;
    device::launch(kernel_, launch(), mask.state, mask.layer, mask.first_sample, mask.planes, mask.threshold, mask.scale,
                   mask.sigma, shape_.samples, shape_.inputs, shape_.outputs, x, dz, dw, db, packed, partials, bias_partials,
                   plan_.stretch);
    if (split) {
        device::launch("connection_backward_weight_sum", second_launch(static_cast<int64_t>(shape_.inputs) * shape_.outputs),
                       static_cast<const float*>(partials), static_cast<const float*>(bias_partials), plan_.stretches,
                       shape_.inputs, shape_.outputs, mask.scale, dw, db);
    }
}

}  // namespace device
