// Times the multi-position kernels on this machine's GPU, in TF32 and bf16, beside cuBLAS's products of the same shapes
// in the same precision, and beside the best that cuBLAS reaches at a large product. Every result is checked before it
// is timed. A program of its own: kernel_timing keeps its process from TF32. Prints a table and writes one JSON.
#include <memory>
#include <optional>

#include "cublas.h"
#include "device_cuda.h"
#include "plans.h"
#include "timing_program.h"

namespace {

constexpr const char* USAGE = R"(multi_position_timing [options]
  --json FILE         where to write the results (multi-position-timings.json)
  --shapes LIST       as in 32x512x1024x4096,8x128x256x512: samples, positions, inputs, outputs
  --drop-rates LIST   as in 0.5,0.3
  --plans PATH        folder of the tables of plans, or a file with rows as theirs
  --libraries LIST    folders to look for cuBLAS in, separated by colons
  --commit TEXT       goes into the results
)";

constexpr int LARGE_PRODUCT = 8192;
constexpr MultiPositionPrecision PRECISIONS[] = {MultiPositionPrecision::TF32, MultiPositionPrecision::BF16};

const char* name_of(MultiPositionPrecision precision) {
    return precision == MultiPositionPrecision::TF32 ? "tf32" : "bf16";
}

// Errors of some operands and of weights that are rounded twice, at six deviations.
Bound bound_of(MultiPositionPrecision precision) {
    return {5 * (precision == MultiPositionPrecision::TF32 ? 0x1p-10 : 0x1p-8), true};
}

// Rows as they come, printed and kept.
class Table {
  public:
    Table() {
        std::printf(
            "%-54s %-8s %-18s %5s %10s %10s %11s %7s %7s\n", "kernel", "pass", "shape", "p", "median us", "operands",
            "madds/s", "% peak", "cublas");
    }

    // Multiply-adds a second that count as all.
    void set_peak(MultiPositionPrecision precision, double peak) {
        peaks_[precision] = peak;
    }

    void add(
        const std::string& kernel, ConnectionPass pass, MultiPositionPrecision precision,
        const MultiPositionShape& shape, double drop_rate, const Timing& timing, double operands_us, double cublas_us) {
        const double rate = multiply_adds(shape) / (timing.median_us * 1e-6);
        const double peak = peaks_[precision];
        const double percent = peak > 0.0 ? 100.0 * rate / peak : 0.0;
        const double times = cublas_us > 0.0 ? timing.median_us / cublas_us : 0.0;
        std::printf(
            "%-54s %-8s %-18s %5.3g %10.1f %10.1f %11.3g %7.1f %7.2f\n", kernel.c_str(), pass_name(pass),
            text_of(shape).c_str(), drop_rate, timing.median_us, operands_us, rate, percent, times);
        std::fflush(stdout);
        JsonObject row;
        row.text("kernel", kernel).text("pass", pass_name(pass)).text("precision", name_of(precision));
        row.integer("samples", shape.samples).integer("positions", shape.positions);
        row.integer("inputs", shape.inputs).integer("outputs", shape.outputs).number("drop_rate", drop_rate);
        row.number("median_us", timing.median_us).number("low_us", timing.low_us).number("high_us", timing.high_us);
        row.number("operands_us", operands_us).integer("sm_mhz", timing.sm_mhz);
        row.number("multiply_adds_per_s", rate).number("percent_of_cublas_peak", percent);
        if (times > 0.0) {
            row.number("times_cublas", times);
        }
        rows_.push_back(row);
    }

    const std::vector<JsonObject>& rows() const {
        return rows_;
    }

    double peak(MultiPositionPrecision precision) {
        return peaks_[precision];
    }

  private:
    std::map<MultiPositionPrecision, double> peaks_;
    std::vector<JsonObject> rows_;
};

// bf16 of a matrix whose rows are multiples of 8, row-major.
device::Array<uint32_t> bf16_of(const device::Array<float>& matrix, int32_t columns) {
    device::Array<uint32_t> to(matrix.size() / 2);
    device::launch(
        "multi_position_pair_columns", {{static_cast<unsigned>(device::multiprocessors()) * 8}, 256},
        matrix.size() / columns, columns, static_cast<const float*>(matrix.pointer()), to.pointer());
    return to;
}

// cuBLAS's products of one shape: what they take.
std::map<ConnectionPass, double> time_cublas(
    Cublas& cublas, MultiPositionPrecision precision, LayerOperands& layer, const CudaTimer& timer, Table& table,
    Failures& failures) {
    std::map<ConnectionPass, double> times;
    const MultiPositionShape& s = layer.shape;
    const bool bf16 = precision == MultiPositionPrecision::BF16;
    if (bf16 && (s.inputs % 8 != 0 || s.outputs % 8 != 0)) {
        std::printf("cublasGemmEx of bf16: skipped, as rows of %s are no multiples of 8\n", text_of(s).c_str());
        return times;
    }
    const std::string name = std::string("cublasGemmEx ") + name_of(precision);
    std::optional<device::Array<uint32_t>> copies[3];
    const void* x = layer.x_array.pointer();
    const void* w = layer.w_array.pointer();
    const void* dz = layer.dz_array.pointer();
    if (bf16) {
        x = copies[0].emplace(bf16_of(layer.x_array, s.inputs)).pointer();
        w = copies[1].emplace(bf16_of(layer.w_array, s.outputs)).pointer();
        dz = copies[2].emplace(bf16_of(layer.dz_array, s.outputs)).pointer();
    }
    for (const ConnectionPass pass : PASSES) {
        failures.attempt(name, [&] {
            const void* const first = pass == ConnectionPass::BACKWARD_INPUT ? dz : x;
            const void* const second = pass == ConnectionPass::BACKWARD_WEIGHT ? dz : w;
            const auto run = [&] {
                cublas.multiply_on_tensor_cores(product_of(pass, s), bf16, first, second, layer.result(pass).pointer());
            };
            layer.check(
                name, pass, run, [](uint32_t, uint32_t, uint32_t) { return 1.0; }, bound_of(precision));
            const Timing timing = timer.time(run);
            times[pass] = timing.median_us;
            table.add(name, pass, precision, s, 0.0, timing, 0.0, timing.median_us);
        });
    }
    return times;
}

// Multiply-adds a second of a large product by cuBLAS.
double measure_peak(Cublas& cublas, MultiPositionPrecision precision, const CudaTimer& timer) {
    LayerOperands square({1, LARGE_PRODUCT, LARGE_PRODUCT, LARGE_PRODUCT});
    const bool bf16 = precision == MultiPositionPrecision::BF16;
    const device::Array<uint32_t> x = bf16_of(square.x_array, LARGE_PRODUCT);
    const device::Array<uint32_t> w = bf16_of(square.w_array, LARGE_PRODUCT);
    const Timing timing = timer.time([&] {
        cublas.multiply_on_tensor_cores(
            product_of(ConnectionPass::FORWARD, square.shape), bf16,
            bf16 ? static_cast<const void*>(x.pointer()) : square.x_array.pointer(),
            bf16 ? static_cast<const void*>(w.pointer()) : square.w_array.pointer(), square.y.pointer());
    });
    const double peak = multiply_adds(square.shape) / (timing.median_us * 1e-6);
    std::printf("cuBLAS %s: %.4g multiply-adds/s at %d cubed\n", name_of(precision), peak, LARGE_PRODUCT);
    return peak;
}

// A mask's kernels of one shape.
struct MaskCase {
    device::MultiPositionSource source;
    reference::Noise noise;
    double drop_rate;
};

void time_multi_position(
    const MaskCase& one, MultiPositionPrecision precision, LayerOperands& layer,
    const std::map<ConnectionPass, double>& cublas_us, const CudaTimer& timer, const std::string& plans, Table& table,
    Failures& failures) {
    const TimedMask mask(one.noise, one.drop_rate);
    for (const ConnectionPass pass : PASSES) {
        device::MultiPositionLaunch launch{one.source, precision, {}, layer.shape, mask.draw()};
        launch.plan =
            planned_multi_position(plans, pass, precision, layer.shape, cuda::attribute(cuda::SHARED_BYTES_OPTIN));
        const std::string name = device::multi_position_kernel(pass, one.source, precision, launch.plan.tile) +
                                 (launch.plan.splits > 1 ? "/" + std::to_string(launch.plan.splits) : "");
        failures.attempt(name, [&] {
            const device::Array<uint32_t> first(launch.plan.first_words);
            const device::Array<uint32_t> second(launch.plan.second_words);
            const device::Array<float> partials(launch.plan.partials);
            launch.first = first.pointer();
            launch.second = second.pointer();
            launch.partials = partials.pointer();
            const device::PassOperands operands = layer.operands(pass);
            const auto make = [&] { device::make_operands(pass, launch, operands); };
            const auto run = [&] { device::launch_multi_position(pass, launch, operands); };
            make();
            layer.check(
                name, pass, run, [&](uint32_t b, uint32_t i, uint32_t u) { return mask.value(b, i, u); },
                bound_of(precision));
            const bool made = launch.plan.first_words + launch.plan.second_words > 0;
            const double operands_us = made ? timer.time(make).median_us : 0.0;
            const auto cublas = cublas_us.find(pass);
            table.add(
                name, pass, precision, layer.shape, one.drop_rate, timer.time(run), operands_us,
                cublas == cublas_us.end() ? 0.0 : cublas->second);
        });
    }
}

std::vector<MaskCase> cases(const std::string& drop_rates) {
    using device::MultiPositionSource;
    std::vector<MaskCase> all;
    for (const std::string& text : split(drop_rates, ',')) {
        const double rate = std::stod(text);
        const bool one_plane = reference::rate_of(rate).planes == 1;
        all.push_back(
            {one_plane ? MultiPositionSource::ONE_PLANE : MultiPositionSource::MANY_PLANES, reference::Noise::BERNOULLI,
             rate});
    }
    all.push_back({MultiPositionSource::GAUSSIAN, reference::Noise::GAUSSIAN, 0.5});
    all.push_back({MultiPositionSource::PARTIAL_GAUSSIAN, reference::Noise::PARTIAL_GAUSSIAN, 0.5});
    return all;
}

void write(const TimingOptions& options, Table& table) {
    JsonObject page;
    page.text("gpu", device::name()).integer("multiprocessors", device::multiprocessors());
    page.text("commit", options.commit);
    for (const MultiPositionPrecision precision : PRECISIONS) {
        page.number(std::string("cublas_peak_per_s_") + name_of(precision), table.peak(precision));
    }
    page.rows("rows", table.rows());
    write_page(options, page);
}

void time_kernels(const TimingOptions& options, Failures& failures) {
    const CudaTimer timer;
    std::unique_ptr<Cublas> cublas;
    failures.attempt(
        "cuBLAS", [&] { cublas = std::make_unique<Cublas>(split(options.libraries, ':'), Cublas::Arithmetic::ANY); });
    // Launches are checked where results are; between them nothing waits.
    device::wait_for_launches(false);
    Table table;
    for (const MultiPositionPrecision precision : PRECISIONS) {
        if (cublas != nullptr) {
            failures.attempt("peak", [&] { table.set_peak(precision, measure_peak(*cublas, precision, timer)); });
        }
    }
    for (const std::string& text : split(options.shapes, ',')) {
        LayerOperands layer(parse_shape(text));
        for (const MultiPositionPrecision precision : PRECISIONS) {
            std::map<ConnectionPass, double> cublas_us;
            if (cublas != nullptr) {
                cublas_us = time_cublas(*cublas, precision, layer, timer, table, failures);
            }
            for (const MaskCase& one : cases(options.drop_rates)) {
                time_multi_position(one, precision, layer, cublas_us, timer, options.plans, table, failures);
            }
            // Often: what has been measured must not be lost to a time limit.
            write(options, table);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    TimingOptions options;
    options.json = "multi-position-timings.json";
    options.shapes = "32x512x1024x4096,8x128x256x512";
    options.drop_rates = "0.5,0.3";
    parse(count, arguments, USAGE, options);
    return time_all(options, [&](Failures& failures) { time_kernels(options, failures); });
}
