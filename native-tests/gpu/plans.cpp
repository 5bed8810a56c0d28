#include "plans.h"

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "ptx_kernels.h"

namespace {

// What a plan decides.
struct Choice {
    std::string tile;
    int32_t splits;
};

// A row begins with `key`: what is planned; then come tile, tiles and splits.
Choice choice_of(const std::string& tables, const std::string& table, const std::string& key) {
    const std::string file = std::filesystem::is_directory(tables) ? tables + "/" + table : tables;
    const std::string text = "\n" + read_text(file);
    const size_t at = text.find("\n" + key + " ");
    if (at == std::string::npos) {
        throw std::runtime_error(
            "no plan for '" + key + "' in " + file +
            ": print it by the class PlanTable of the Java tests, as README.md says, and name the file by --plans");
    }
    std::istringstream row(text.substr(at + 1 + key.size()));
    Choice choice;
    int64_t tiles = 0;
    row >> choice.tile >> tiles >> choice.splits;
    return choice;
}

template <class... Words>
std::string joined(const Words&... words) {
    std::ostringstream text;
    const char* blank = "";
    ((text << blank << words, blank = " "), ...);
    return text.str();
}

}  // namespace

ConnectionPlan planned_connections(
    const std::string& tables, ConnectionPass pass, ConnectionVariant variant, const device::LayerShape& shape) {
    const std::string precision = variant.precision == FactorPrecision::FP32   ? ""
                                  : variant.precision == FactorPrecision::BF16 ? " bf16"
                                                                               : " bf16x2";
    const Choice choice = choice_of(
        tables, "connection-plans.txt",
        joined(
            device::pass_word(pass), device::source_word(variant.source) + precision, shape.samples, shape.inputs,
            shape.outputs, 1, device::multiprocessors()));
    const ConnectionTile tile = choice.tile == "large"       ? ConnectionTile::LARGE
                                : choice.tile == "small"     ? ConnectionTile::SMALL
                                : choice.tile == "unaligned" ? ConnectionTile::UNALIGNED
                                                             : ConnectionTile::NORMALS;
    return device::connection_plan(pass, variant, shape, tile, choice.splits);
}

MultiPositionPlan planned_multi_position(
    const std::string& tables, ConnectionPass pass, MultiPositionPrecision precision, const MultiPositionShape& shape,
    int shared_limit) {
    const Choice choice = choice_of(
        tables, "multi-position-plans.txt",
        joined(
            device::pass_word(pass), precision == MultiPositionPrecision::TF32 ? "tf32" : "bf16", shape.samples,
            shape.positions, shape.inputs, shape.outputs, 1, device::multiprocessors(), shared_limit));
    const MultiPositionTile tile = choice.tile == "large" ? MultiPositionTile::LARGE : MultiPositionTile::SMALL;
    return device::multi_position_plan(pass, precision, shape, true, tile, choice.splits);
}
