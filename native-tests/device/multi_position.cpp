#include "multi_position.h"

#include <algorithm>

#include "kernel_facts.h"

namespace device {

static std::string source_name(MultiPositionSource source) {
    switch (source) {
        case MultiPositionSource::ONE_PLANE: return "one_plane";
        case MultiPositionSource::MANY_PLANES: return "many_planes";
        case MultiPositionSource::GAUSSIAN: return "gaussian";
        default: return "partial_gaussian";
    }
}

std::string multi_position_kernel(
    ConnectionPass pass, MultiPositionSource source, MultiPositionPrecision precision, MultiPositionTile tile) {
    return "multi_position_" + pass_word(pass) + "_" + source_name(source) +
           (precision == MultiPositionPrecision::TF32 ? "_tf32" : "_bf16") +
           (tile == MultiPositionTile::LARGE ? "_large" : "_small");
}

MultiPositionPlan multi_position_plan(
    ConnectionPass pass, MultiPositionPrecision precision, const MultiPositionShape& shape, bool aligned,
    MultiPositionTile tile, int64_t max_splits) {
    // All sources come in the same tiles.
    const KernelFacts kernel =
        kernel_facts(multi_position_kernel(pass, MultiPositionSource::ONE_PLANE, precision, tile));
    const int64_t samples = shape.samples;
    const int64_t positions = shape.positions;
    const bool pairs = precision == MultiPositionPrecision::BF16;
    const bool copied_inputs = pairs || !aligned || shape.inputs % 4 != 0;
    const bool copied_outputs = pairs || !aligned || shape.outputs % 4 != 0;
    const auto words = [&](int64_t n) { return pairs ? ceil_divide(n, 2) : n; };
    const auto padded = [](int64_t n) { return ceil_divide(n, 4) * 4; };
    MultiPositionPlan plan{tile, 0, 1, shape.samples, kernel.block, kernel.shared_bytes, 0, 0, 0};
    switch (pass) {
        case ConnectionPass::FORWARD:
            plan.tiles = samples * ceil_divide(positions, kernel.rows) * ceil_divide(shape.outputs, kernel.columns);
            plan.first_words = copied_inputs ? samples * positions * padded(words(shape.inputs)) : 0;
            plan.second_words = copied_outputs ? words(shape.inputs) * padded(shape.outputs) : 0;
            break;
        case ConnectionPass::BACKWARD_INPUT:
            plan.tiles = samples * ceil_divide(positions, kernel.rows) * ceil_divide(shape.inputs, kernel.columns);
            plan.first_words = copied_outputs ? samples * positions * padded(words(shape.outputs)) : 0;
            plan.second_words = copied_outputs ? shape.inputs * padded(words(shape.outputs)) : 0;
            break;
        default:
            plan.tiles = ceil_divide(shape.inputs, kernel.rows) * ceil_divide(shape.outputs, kernel.columns);
            plan.first_words = copied_inputs ? samples * words(positions) * padded(shape.inputs) : 0;
            plan.second_words = copied_outputs ? samples * words(positions) * padded(shape.outputs) : 0;
            plan.split_length = static_cast<int32_t>(ceil_divide(samples, std::min(max_splits, samples)));
            plan.splits = static_cast<int32_t>(ceil_divide(samples, plan.split_length));
            plan.partials = plan.splits > 1 ? int64_t{plan.splits} * shape.inputs * shape.outputs : 0;
    }
    return plan;
}

// [planes, rows, columns], with words along the columns or across them.
static void make_operand(
    MultiPositionPrecision precision, bool along, int32_t planes, int32_t rows, int32_t columns, const float* from,
    uint32_t* to, int64_t words) {
    if (words == 0) {
        return;
    }
    const Launch launch_shape = launch_for(words / 4);
    const int64_t all_rows = static_cast<int64_t>(planes) * rows;
    if (precision == MultiPositionPrecision::TF32) {
        launch("multi_position_pad", launch_shape, all_rows, columns, from, to);
    } else if (along) {
        launch("multi_position_pair_columns", launch_shape, all_rows, columns, from, to);
    } else {
        launch("multi_position_pair_rows", launch_shape, static_cast<int64_t>(planes), rows, columns, from, to);
    }
}

void make_operands(ConnectionPass pass, const MultiPositionLaunch& c, const PassOperands& o) {
    const MultiPositionShape& s = c.shape;
    const int64_t n = c.plan.first_words;
    const int64_t m = c.plan.second_words;
    switch (pass) {
        case ConnectionPass::FORWARD:
            make_operand(c.precision, true, s.samples, s.positions, s.inputs, o.first, c.first, n);
            make_operand(c.precision, false, 1, s.inputs, s.outputs, o.second, c.second, m);
            break;
        case ConnectionPass::BACKWARD_INPUT:
            make_operand(c.precision, true, s.samples, s.positions, s.outputs, o.first, c.first, n);
            make_operand(c.precision, true, 1, s.inputs, s.outputs, o.second, c.second, m);
            break;
        default:
            make_operand(c.precision, false, s.samples, s.positions, s.inputs, o.first, c.first, n);
            make_operand(c.precision, false, s.samples, s.positions, s.outputs, o.second, c.second, m);
    }
}

// An operand: as it was made, or the floats themselves.
static const uint32_t* operand(int64_t words, const uint32_t* made, const float* floats) {
    return words > 0 ? made : reinterpret_cast<const uint32_t*>(floats);
}

void launch_multi_position(ConnectionPass pass, const MultiPositionLaunch& c, const PassOperands& o) {
    const MultiPositionShape& s = c.shape;
    const uint32_t* const first = operand(c.plan.first_words, c.first, o.first);
    const uint32_t* const second = operand(c.plan.second_words, c.second, o.second);
    const auto multiply = [&](auto... arguments) {
        launch_planned(multi_position_kernel(pass, c.source, c.precision, c.plan.tile), c.plan, c.mask, arguments...);
    };
    switch (pass) {
        case ConnectionPass::FORWARD:
            multiply(s.positions, s.inputs, s.outputs, first, second, o.bias, o.activation, o.result, o.y);
            break;
        case ConnectionPass::BACKWARD_INPUT: multiply(s.positions, s.inputs, s.outputs, first, second, o.result); break;
        default:
            float* const partials = c.plan.splits > 1 ? c.partials : nullptr;
            multiply(
                s.samples, s.positions, s.inputs, s.outputs, first, second, o.result, partials, c.plan.split_length);
            if (partials != nullptr) {
                launch(
                    "connection_backward_weight_sum", launch_for(static_cast<int64_t>(s.inputs) * s.outputs),
                    static_cast<const float*>(partials), static_cast<const float*>(nullptr), c.plan.splits, s.inputs,
                    s.outputs, c.mask.scale, o.result, static_cast<float*>(nullptr));
            }
    }
}

}  // namespace device
