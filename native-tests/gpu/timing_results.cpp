#include "timing_results.h"

TimingResults::TimingResults(double peak) : peak_(peak) {
    std::printf(
        "%-54s %-8s %-15s %5s %10s %9s %9s %6s %11s %7s %7s %6s\n", "kernel", "pass", "shape", "p", "median us", "low",
        "high", "loop", "madds/s", "% peak", "GB/s", "sgemm");
}

void TimingResults::add(
    const std::string& kernel, ConnectionPass pass, const MultiPositionShape& shape, double drop_rate, int planes,
    const Timing& timing, double bytes, double sgemm_us) {
    const double seconds = timing.median_us * 1e-6;
    const double rate = multiply_adds(shape) / seconds;
    const double percent = 100.0 * rate / peak_;
    const double times = sgemm_us > 0.0 ? timing.median_us / sgemm_us : 0.0;
    std::printf(
        "%-54s %-8s %-15s %5.3g %10.1f %9.1f %9.1f %6.1f %11.3g %7.1f %7.0f %6.2f\n", kernel.c_str(), pass_name(pass),
        text_of(shape).c_str(), drop_rate, timing.median_us, timing.low_us, timing.high_us, timing.loop_us, rate,
        percent, bytes / seconds * 1e-9, times);
    std::fflush(stdout);
    JsonObject row;
    row.text("kernel", kernel).text("pass", pass_name(pass));
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
