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

static std::string precision_word(FactorPrecision precision) {
    switch (precision) {
        case FactorPrecision::FP32: return "";
        case FactorPrecision::BF16: return "bf16_";
        default: return "bf16x2_";
    }
}

std::string connection_kernel(ConnectionPass pass, ConnectionVariant variant, ConnectionTile tile) {
    return "connection_" + pass_word(pass) + "_" + source_word(variant.source) + "_" +
           precision_word(variant.precision) + tile_name(tile);
}

ConnectionPlan connection_plan(
    ConnectionPass pass, ConnectionVariant variant, const LayerShape& shape, ConnectionTile tile, int64_t max_splits) {
    const KernelFacts kernel = kernel_facts(connection_kernel(pass, variant, tile));
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

Launch launch_for(int64_t results) {
    constexpr unsigned THREADS = 256;
    const int64_t blocks = (results + THREADS - 1) / THREADS;
    return {{static_cast<unsigned>(std::min<int64_t>(blocks, 8 * multiprocessors()))}, THREADS};
}

void launch_connection(ConnectionPass pass, const ConnectionLaunch& c, const PassOperands& o) {
    const LayerShape& s = c.shape;
    const bool split = c.plan.splits > 1;
    float* const partials = split ? c.partials : nullptr;
    const auto multiply = [&](auto... arguments) {
        launch_planned(
            connection_kernel(pass, c.variant, c.plan.tile), c.plan, c.mask, s.samples, s.inputs, s.outputs, o.first,
            o.second, arguments..., c.plan.split_length);
    };
    const auto add = [&](int64_t rows, int64_t columns, auto... arguments) {
        if (split) {
            launch("connection_" + pass_word(pass) + "_sum", launch_for(rows * columns), partials, arguments...);
        }
    };
    switch (pass) {
        case ConnectionPass::FORWARD:
            multiply(o.bias, o.activation, o.result, o.y, c.packed, partials);
            add(s.samples, s.outputs, c.plan.splits, s.samples, s.outputs, c.mask.scale, o.bias, o.activation, o.result,
                o.y);
            break;
        case ConnectionPass::BACKWARD_INPUT:
            multiply(o.result, c.packed, partials);
            add(s.samples, s.inputs, c.plan.splits, s.samples, s.inputs, c.mask.scale, o.result);
            break;
        default:
            float* const bias_partials = split && o.bias_gradient != nullptr ? c.bias_partials : nullptr;
            multiply(o.result, o.bias_gradient, c.packed, partials, bias_partials);
            add(s.inputs, s.outputs, bias_partials, c.plan.splits, s.inputs, s.outputs, c.mask.scale, o.result,
                o.bias_gradient);
    }
}

}  // namespace device
