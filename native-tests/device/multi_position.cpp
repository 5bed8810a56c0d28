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

// Threads for every result, within what keeps a GPU busy.
static Launch launch_for(int64_t results) {
    constexpr unsigned THREADS = 256;
    const int64_t blocks = (results + THREADS - 1) / THREADS;
    return {{static_cast<unsigned>(std::min<int64_t>(blocks, 8 * multiprocessors()))}, THREADS};
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

void make_operands(ConnectionPass pass, const MultiPositionLaunch& c, const float* first, const float* second) {
    const MultiPositionShape& s = c.shape;
    const int64_t n = c.plan.first_words;
    const int64_t m = c.plan.second_words;
    switch (pass) {
        case ConnectionPass::FORWARD:
            make_operand(c.precision, true, s.samples, s.positions, s.inputs, first, c.first, n);
            make_operand(c.precision, false, 1, s.inputs, s.outputs, second, c.second, m);
            break;
        case ConnectionPass::BACKWARD_INPUT:
            make_operand(c.precision, true, s.samples, s.positions, s.outputs, first, c.first, n);
            make_operand(c.precision, true, 1, s.inputs, s.outputs, second, c.second, m);
            break;
        default:
            make_operand(c.precision, false, s.samples, s.positions, s.inputs, first, c.first, n);
            make_operand(c.precision, false, s.samples, s.positions, s.outputs, second, c.second, m);
    }
}

// An operand: as it was made, or the floats themselves.
static const uint32_t* operand(int64_t words, const uint32_t* made, const float* floats) {
    return words > 0 ? made : reinterpret_cast<const uint32_t*>(floats);
}

// Calls the kernel with what all passes begin with and the pass's own arguments.
template <class... A>
static void launch_pass(ConnectionPass pass, const MultiPositionLaunch& c, A... arguments) {
    const Launch shape{
        {static_cast<unsigned>(c.plan.tiles), static_cast<unsigned>(c.plan.splits)},
        static_cast<unsigned>(c.plan.threads),
        static_cast<size_t>(c.plan.shared_bytes)};
    launch(
        multi_position_kernel(pass, c.source, c.precision, c.plan.tile), shape, c.state, c.layer, c.first_sample,
        c.planes, c.threshold, c.scale, c.sigma, arguments...);
}

void multi_position_forward(
    const MultiPositionLaunch& c, const float* x, const float* w, const float* bias, int32_t activation, float* z,
    float* y) {
    launch_pass(
        ConnectionPass::FORWARD, c, c.shape.positions, c.shape.inputs, c.shape.outputs,
        operand(c.plan.first_words, c.first, x), operand(c.plan.second_words, c.second, w), bias, activation, z, y);
}

void multi_position_backward_input(const MultiPositionLaunch& c, const float* dz, const float* w, float* dx) {
    launch_pass(
        ConnectionPass::BACKWARD_INPUT, c, c.shape.positions, c.shape.inputs, c.shape.outputs,
        operand(c.plan.first_words, c.first, dz), operand(c.plan.second_words, c.second, w), dx);
}

void multi_position_backward_weight(const MultiPositionLaunch& c, const float* x, const float* dz, float* dw) {
    float* const partials = c.plan.splits > 1 ? c.partials : nullptr;
    launch_pass(
        ConnectionPass::BACKWARD_WEIGHT, c, c.shape.samples, c.shape.positions, c.shape.inputs, c.shape.outputs,
        operand(c.plan.first_words, c.first, x), operand(c.plan.second_words, c.second, dz), dw, partials,
        c.plan.split_length);
    if (c.plan.splits > 1) {
        launch(
            "connection_backward_weight_sum", launch_for(static_cast<int64_t>(c.shape.inputs) * c.shape.outputs),
            static_cast<const float*>(c.partials), static_cast<const float*>(nullptr), c.plan.splits, c.shape.inputs,
            c.shape.outputs, c.scale, dw, static_cast<float*>(nullptr));
    }
}

}  // namespace device
