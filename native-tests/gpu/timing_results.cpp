#include "timing_results.h"

#include <algorithm>
#include <cmath>

namespace {

constexpr const char* WIDE = "128x4096x4096";
constexpr const char* PAPERS = "128x2304x256";

// At p = 0.5 the forward pass decides between 130 and 160 us, at p = 0.3 it must stay within 300.
const char* verdict_of(double us, double go_us, double drop_us) {
    return us <= go_us ? "go" : us > drop_us ? "drop" : "between the bounds";
}

}  // namespace

TimingResults::TimingResults(double peak) : peak_(peak) {
    std::printf(
        "%-54s %-8s %-15s %5s %10s %9s %9s %6s %11s %7s %7s %6s\n", "kernel", "pass", "shape", "p", "median us", "low",
        "high", "loop", "madds/s", "% peak", "GB/s", "sgemm");
}

void TimingResults::add(
    const std::string& kernel, const std::string& pass, const MultiPositionShape& shape, double drop_rate, int planes,
    const Timing& timing, double bytes, double sgemm_us, int products) {
    const double seconds = timing.median_us * 1e-6;
    const double rate = products * multiply_adds(shape) / seconds;
    const double percent = 100.0 * rate / peak_;
    const double times = sgemm_us > 0.0 ? timing.median_us / sgemm_us : 0.0;
    std::printf(
        "%-54s %-8s %-15s %5.3g %10.1f %9.1f %9.1f %6.1f %11.3g %7.1f %7.0f %6.2f\n", kernel.c_str(), pass.c_str(),
        text_of(shape).c_str(), drop_rate, timing.median_us, timing.low_us, timing.high_us, timing.loop_us, rate,
        percent, bytes / seconds * 1e-9, times);
    std::fflush(stdout);
    measured_.push_back({kernel, pass, text_of(shape), drop_rate, timing.median_us, timing.loop_us});
    JsonObject row;
    row.text("kernel", kernel).text("pass", pass);
    row.integer("samples", shape.samples).integer("inputs", shape.inputs).integer("outputs", shape.outputs);
    row.number("drop_rate", drop_rate).integer("planes", planes);
    row.number("median_us", timing.median_us).number("low_us", timing.low_us).number("high_us", timing.high_us);
    if (timing.loop_us > 0.0) {
        row.number("loop_us", timing.loop_us);
    }
    row.integer("repeats", timing.repeats).integer("sm_mhz", timing.sm_mhz);
    row.number("multiply_adds_per_s", rate).number("percent_of_ffma_peak", percent);
    row.number("gb_per_s", bytes / seconds * 1e-9);
    if (times > 0.0) {
        row.number("times_sgemm", times);
    }
    rows_.push_back(row);
}

// The least of all kernels whose name begins so; NaN if there is none.
double TimingResults::least_us(
    const std::string& kernel, const std::string& pass, const std::string& shape, double drop_rate,
    double Measured::*us) const {
    double least = NAN;
    for (const Measured& one : measured_) {
        if (one.kernel.rfind(kernel, 0) == 0 && one.pass == pass && one.shape == shape && one.drop_rate == drop_rate) {
            least = std::fmin(least, one.*us);
        }
    }
    return least;
}

std::vector<Verdict> TimingResults::verdicts() const {
    std::vector<Verdict> verdicts;
    const auto say = [&](const std::string& what, double us, const std::string& verdict) {
        if (!std::isnan(us)) {
            verdicts.push_back({what, us, verdict});
        }
    };
    const double half = least_us("connection_forward_one_plane_bf16_", "forward", WIDE, 0.5);
    say(std::string("forward in bf16 at p = 0.5, ") + WIDE, half, verdict_of(half, 130.0, 160.0));
    const double tenths = least_us("connection_forward_many_planes_bf16_", "forward", WIDE, 0.3);
    say(std::string("forward in bf16 at p = 0.3, ") + WIDE, tenths, verdict_of(tenths, 300.0, 300.0));
    double masked = 0.0;
    double dense = 0.0;
    for (const ConnectionPass pass : PASSES) {
        masked += least_us("connection_" + device::pass_word(pass) + "_one_plane_bf16_", pass_name(pass), WIDE, 0.5);
        dense += least_us("cublasSgemm", pass_name(pass), WIDE, 0.0);
    }
    say(std::string("three passes in bf16 at p = 0.5, ") + WIDE, masked,
        masked < dense ? "less than cuBLAS's SGEMM without a mask" : "not less than cuBLAS's SGEMM without a mask");
    for (const std::string precision : {"", "_bf16"}) {
        const double step = least_us("one_plane" + precision + "/", "step", PAPERS, 0.5, &Measured::loop_us);
        say("a step's three products at p = 0.5 as a graph" + std::string(precision.empty() ? ", " : " in bf16, ") +
                PAPERS,
            step, step < 40.0 ? "below 40" : "not below 40");
    }
    return verdicts;
}
