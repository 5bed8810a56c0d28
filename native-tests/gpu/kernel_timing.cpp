// Times the connection kernels on this machine's GPU, beside plain cuBLAS SGEMMs of the same shapes and the FFMA peak;
// and, of small layers, the three products of a step as a CUDA graph. Every result is checked before it is timed.
// Prints a table and writes one JSON.
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>

#include "clocks.h"
#include "connection_timing.h"
#include "cublas.h"
#include "cuda_driver.h"
#include "cuda_timer.h"
#include "device_cuda.h"
#include "step_graph.h"
#include "timing_program.h"

namespace {

constexpr const char* USAGE = R"(kernel_timing [options]
  --json FILE         where to write the results (timings.json)
  --shapes LIST       as in 128x4096x4096,128x784x256
  --drop-rates LIST   as in 0.5,0.25,0.3
  --plans PATH        folder of the tables of plans, or a file with rows as theirs
  --libraries LIST    folders to look for cuBLAS in, separated by colons
  --commit TEXT       goes into the results
  --toolkit TEXT      goes into the results
)";

// FFMAs a second of a kernel that does nothing else, after checking its result.
double measure_ffma_peak(const CudaTimer& timer) {
    // As in ffma_peak.cu.
    constexpr int CHAINS = 16;
    constexpr int UNROLLED = 8;
    constexpr unsigned THREADS = 256;
    constexpr int ITERATIONS = 8192;
    constexpr float FACTOR = 0.75f;
    constexpr float ADDEND = 0.5f;
    const auto blocks = static_cast<unsigned>(device::multiprocessors()) * 8;
    const device::Array<float> totals(static_cast<int64_t>(blocks) * THREADS);
    const auto run = [&](int32_t iterations) {
        device::launch("ffma_peak", {{blocks}, THREADS}, iterations, FACTOR, ADDEND, totals.pointer());
    };
    run(2);
    float expected = 0.0f;
    for (int chain = 0; chain < CHAINS; ++chain) {
        float sum = static_cast<float>(chain);
        for (int n = 0; n < 2 * UNROLLED; ++n) {
            sum = std::fmaf(sum, FACTOR, ADDEND);
        }
        expected += sum;
    }
    for (const float total : totals.download()) {
        if (total != expected) {
            throw std::runtime_error(
                "ffma_peak computed " + std::to_string(total) + " instead of " + std::to_string(expected));
        }
    }
    const Timing timing = timer.time([&] { run(ITERATIONS); });
    const double count = static_cast<double>(blocks) * THREADS * CHAINS * UNROLLED * ITERATIONS;
    const double peak = count / (timing.median_us * 1e-6);
    const int mhz = timing.sm_mhz;
    std::printf("FFMA peak %.4g/s at %d MHz", peak, mhz);
    if (mhz > 0) {
        std::printf(
            ", %.1f%% of 128 a clock and multiprocessor", 100.0 * peak / (128e6 * mhz * device::multiprocessors()));
    }
    std::printf("\n");
    return peak;
}

// Below this a step's time is launches and tails.
constexpr double SMALL_LAYER = 256e6;
constexpr size_t CUBLAS_WORKSPACE = 32 << 20;

double time_sgemm(
    Cublas& cublas, ConnectionPass pass, LayerOperands& layer, const CudaTimer& timer, TimingResults& results) {
    const device::PassOperands operands = layer.operands(pass);
    const auto run = [&] {
        cublas.multiply(product_of(pass, layer.shape), operands.first, operands.second, operands.result);
    };
    layer.check(
        "cublasSgemm", pass, run, [](uint32_t, uint32_t, uint32_t) { return 1.0; }, SUM_BOUND);
    const Timing timing = timer.time(run);
    results.add("cublasSgemm", pass_name(pass), layer.shape, 0.0, 0, timing, layer.bytes(), timing.median_us);
    return timing.median_us;
}

void time_sgemm_step(Cublas& cublas, const TimedLayer& timed) {
    const device::Array<unsigned char> workspace(CUBLAS_WORKSPACE);
    const auto work = [&](ConnectionPass pass) {
        return [&timed, &cublas, &workspace, pass](cuda::Stream stream) {
            const device::PassOperands operands = timed.layer.operands(pass);
            cublas.use(stream, workspace.pointer(), CUBLAS_WORKSPACE);
            cublas.multiply(product_of(pass, timed.layer.shape), operands.first, operands.second, operands.result);
            cublas.use(nullptr);
        };
    };
    // One handle has one workspace: its products follow each other.
    const StepGraph graph(
        work(ConnectionPass::FORWARD), work(ConnectionPass::BACKWARD_INPUT), work(ConnectionPass::BACKWARD_WEIGHT),
        false);
    const Timing timing = timed.timer.time([&] { graph.launch(); });
    timed.results.add("cublasSgemm", "step", timed.layer.shape, 0.0, 0, timing, 3 * timed.layer.bytes(), 0.0, 3);
}

std::string today() {
    char text[32];
    const std::time_t now = std::time(nullptr);
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
    return text;
}

std::string version_text(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

void write(const TimingOptions& options, double peak, const std::string& cublas, const TimingResults& results) {
    int driver_version = 0;
    cuda::driver().driver_version(&driver_version);
    JsonObject page;
    page.text("gpu", device::name());
    page.text(
        "compute_capability", std::to_string(cuda::attribute(cuda::CAPABILITY_MAJOR)) + "." +
                                  std::to_string(cuda::attribute(cuda::CAPABILITY_MINOR)));
    page.integer("multiprocessors", device::multiprocessors());
    page.integer("highest_sm_mhz", highest_sm_clock_mhz());
    page.text("driver_cuda", version_text(driver_version)).text("driver", driver_release());
    page.text("toolkit", options.toolkit).text("cublas", cublas);
    page.text("commit", options.commit).text("date", today()).text("command", options.command);
    page.number("ffma_peak_per_s", peak);
    std::vector<JsonObject> verdicts;
    for (const Verdict& verdict : results.verdicts()) {
        JsonObject row;
        verdicts.push_back(row.text("what", verdict.what).number("us", verdict.us).text("verdict", verdict.text));
    }
    page.rows("rows", results.rows()).rows("verdicts", verdicts);
    write_page(options, page);
}

void time_kernels(const TimingOptions& options, Failures& failures) {
    const CudaTimer timer;
    std::unique_ptr<Cublas> cublas;
    std::string cublas_version = "none";
    failures.attempt("cuBLAS", [&] {
        cublas = std::make_unique<Cublas>(split(options.libraries, ':'));
        const std::string& path = cublas->library();
        cublas_version = version_text(cublas->version() / 10) + " (" + path.substr(path.rfind('/') + 1) + ")";
    });
    // Launches are checked where results are; between them nothing waits.
    device::wait_for_launches(false);
    const double peak = measure_ffma_peak(timer);
    TimingResults results(peak);
    std::vector<double> drop_rates;
    for (const std::string& rate : split(options.drop_rates, ',')) {
        drop_rates.push_back(std::stod(rate));
    }
    for (const std::string& text : split(options.shapes, ',')) {
        LayerOperands layer(parse_shape(text));
        std::map<ConnectionPass, double> sgemm_us;
        for (const ConnectionPass pass : PASSES) {
            if (cublas != nullptr) {
                failures.attempt(
                    "cublasSgemm", [&] { sgemm_us[pass] = time_sgemm(*cublas, pass, layer, timer, results); });
            }
        }
        const TimedLayer timed{layer, sgemm_us, timer, options.plans, results, failures};
        if (multiply_adds(layer.shape) < SMALL_LAYER) {
            if (cublas != nullptr) {
                failures.attempt("cublasSgemm as a graph", [&] { time_sgemm_step(*cublas, timed); });
            }
            time_steps(timed);
        }
        time_connections(timed, drop_rates);
        // After every shape: what has been measured must not be lost to a time limit.
        write(options, peak, cublas_version, results);
    }
    for (const Verdict& verdict : results.verdicts()) {
        std::printf("%s: %.1f us: %s\n", verdict.what.c_str(), verdict.us, verdict.text.c_str());
    }
}

}  // namespace

int main(int count, char** arguments) {
    TimingOptions options;
    options.json = "timings.json";
    options.shapes = "128x4096x4096,1024x4096x4096,128x2304x256,128x784x256";
    options.drop_rates = "0.5,0.25,0.3";
    options.command = "kernel_timing";
    parse(count, arguments, USAGE, options);
    return time_all(options, [&](Failures& failures) { time_kernels(options, failures); });
}
