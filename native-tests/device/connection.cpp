#include "connection.h"

#include <algorithm>

#include "kernel_facts.h"

namespace device {

std::string source_word(ConnectionSource source) {
    switch (source) {
        case ConnectionSource::ONE_PLANE: return "one_plane";
        case ConnectionSource::TWO_PLANES: return "two_planes";
        case ConnectionSource::MANY_PLANES: return "many_planes";
        case ConnectionSource::PACKED: return "packed";
        case ConnectionSource::GAUSSIAN: return "gaussian";
        case ConnectionSource::PARTIAL_GAUSSIAN: return "partial_gaussian";
        default: return "unmasked";
    }
}

static std::string tile_name(ConnectionTile tile) {
    switch (tile) {
        case ConnectionTile::LARGE: return "large";
        case ConnectionTile::SMALL: return "small";
        case ConnectionTile::UNALIGNED: return "unaligned";
        default: return "normals";
    }
}

std::string pass_word(ConnectionPass pass) {
    switch (pass) {
        case ConnectionPass::FORWARD: return "forward";
        case ConnectionPass::BACKWARD_INPUT: return "backward_input";
        default: return "backward_weight";
    }
}

std::string connection_kernel(ConnectionPass pass, ConnectionSource source, ConnectionTile tile) {
    return "connection_" + pass_word(pass) + "_" + source_word(source) + "_" + tile_name(tile);
}

ConnectionPlan connection_plan(
    ConnectionPass pass, ConnectionSource source, const LayerShape& shape, ConnectionTile tile, int64_t max_splits) {
    const KernelFacts kernel = kernel_facts(connection_kernel(pass, source, tile));
    const bool weight = pass == ConnectionPass::BACKWARD_WEIGHT;
    const int64_t rows = weight ? shape.inputs : shape.samples;
    const int64_t columns = pass == ConnectionPass::BACKWARD_INPUT ? shape.inputs : shape.outputs;
    const int64_t terms = pass == ConnectionPass::FORWARD ? shape.inputs : weight ? shape.samples : shape.outputs;
    const int64_t k_steps = ceil_divide(terms, kernel.k_step);
    const int64_t split_steps = ceil_divide(k_steps, std::min(max_splits, k_steps));
    const int64_t splits = ceil_divide(k_steps, split_steps);
    return {
        tile,
        ceil_divide(rows, kernel.rows) * ceil_divide(columns, kernel.columns),
        static_cast<int32_t>(splits),
        static_cast<int32_t>(split_steps * kernel.k_step),
        kernel.block,
        kernel.shared_bytes,
        splits > 1 ? splits * rows * columns : 0,
        splits > 1 && weight ? splits * columns : 0};
}

int64_t packed_words(const LayerShape& shape) {
    // Reads may run over the end by less than the rows of the largest tile; what they read is not used.
    const int slack =
        kernel_facts(connection_kernel(ConnectionPass::BACKWARD_INPUT, ConnectionSource::PACKED, ConnectionTile::LARGE))
            .rows;
    return ceil_divide(shape.inputs, 4) * (ceil_divide(shape.outputs, 32) * 4) * (ceil_divide(shape.samples, 4) * 4) +
           slack;
}

// Calls the kernel with what all passes begin with, the pass's own arguments, and what all end with.
template <class... A>
static void launch_pass(ConnectionPass pass, const ConnectionLaunch& c, A... arguments) {
    const Launch shape{
        {static_cast<unsigned>(c.plan.tiles), static_cast<unsigned>(c.plan.splits)},
        static_cast<unsigned>(c.plan.threads),
        static_cast<size_t>(c.plan.shared_bytes)};
    launch(
        connection_kernel(pass, c.source, c.plan.tile), shape, c.state, c.layer, c.first_sample, c.planes, c.threshold,
        c.scale, c.sigma, c.shape.samples, c.shape.inputs, c.shape.outputs, arguments..., c.plan.split_length);
}

static float* partials(const ConnectionLaunch& launch) {
    return launch.plan.splits > 1 ? launch.partials : nullptr;
}

// For the second pass: threads for every result, within what keeps a GPU busy.
static Launch sum_launch(int64_t results) {
    constexpr unsigned THREADS = 256;
    const int64_t blocks = (results + THREADS - 1) / THREADS;
    return {{static_cast<unsigned>(std::min<int64_t>(blocks, 8 * multiprocessors()))}, THREADS};
}

void connection_forward(
    const ConnectionLaunch& c, const float* x, const float* w, const float* bias, int32_t activation, float* z,
    float* y) {
    launch_pass(ConnectionPass::FORWARD, c, x, w, bias, activation, z, y, c.packed, partials(c));
    if (c.plan.splits > 1) {
        launch(
            "connection_forward_sum", sum_launch(static_cast<int64_t>(c.shape.samples) * c.shape.outputs), c.partials,
            c.plan.splits, c.shape.samples, c.shape.outputs, c.scale, bias, activation, z, y);
    }
}

void connection_backward_input(const ConnectionLaunch& c, const float* dz, const float* w, float* dx) {
    launch_pass(ConnectionPass::BACKWARD_INPUT, c, dz, w, dx, c.packed, partials(c));
    if (c.plan.splits > 1) {
        launch(
            "connection_backward_input_sum", sum_launch(static_cast<int64_t>(c.shape.samples) * c.shape.inputs),
            c.partials, c.plan.splits, c.shape.samples, c.shape.inputs, c.scale, dx);
    }
}

void connection_backward_weight(const ConnectionLaunch& c, const float* x, const float* dz, float* dw, float* db) {
    float* const bias_partials = c.plan.splits > 1 && db != nullptr ? c.bias_partials : nullptr;
    launch_pass(ConnectionPass::BACKWARD_WEIGHT, c, x, dz, dw, db, c.packed, partials(c), bias_partials);
    if (c.plan.splits > 1) {
        launch(
            "connection_backward_weight_sum", sum_launch(static_cast<int64_t>(c.shape.inputs) * c.shape.outputs),
            c.partials, bias_partials, c.plan.splits, c.shape.inputs, c.shape.outputs, c.scale, dw, db);
    }
}

}  // namespace device
