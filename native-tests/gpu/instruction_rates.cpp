// How many cycles this machine's GPU takes for the instructions of masked products, and whether sparse tensor cores
// multiply as the emulation does. Every loop must compute what its emulation computes. Prints a table
// and writes one JSON, anew after each row: what has been measured must not be lost to a time limit.
#include "instruction_rates.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "clocks.h"
#include "cuda_driver.h"
#include "cuda_kernels.h"
#include "device_cuda.h"
#include "launch.h"
#include "timing_program.h"

namespace {

constexpr const char* USAGE = R"(instruction_rates [options]
  --json FILE         where to write the results (instruction-rates.json)
  --loops N           of the longest timed run, at least 2 (600)
  --commit TEXT       goes into the results
  --toolkit TEXT      goes into the results
)";

constexpr int32_t CHECKED_LOOPS = 21;
constexpr int32_t CLOCK_LOOPS = 100000;
constexpr int REPEATS = 3;
constexpr int CASES = 200;

struct Rate {
    const char* kernel;
    const char* instructions;
    int steps;             // of a loop
    int instructions_of;   // in a step
    double least;          // cycles a step below which something must have been left out
    bool latency = false;  // one chain, one warp
};

// Nothing issues more than an instruction a clock and sub-partition.
constexpr Rate RATES[] = {
    {"mma_sp_bf16", "mma.sp m16n8k32 bf16", rates::PRODUCT_STEPS, 1, 2},
    {"mma_sp_bf16_ordered", "mma.sp::ordered_metadata m16n8k32 bf16", rates::PRODUCT_STEPS, 1, 2},
    {"mma_bf16", "mma m16n8k16 bf16", rates::PRODUCT_STEPS, 1, 2},
    {"mix_one_plane", "1 mma.sp + 3 LOP3 + 1 IMAD.WIDE", rates::MIX_STEPS, 5, 4.9},
    {"mix_one_plane_loads", "the same + 3/8 LDS.128 of a lane in 8", rates::MIX_STEPS, 5, 4.9},
    {"mix_two_terms", "2 mma.sp + 3 LOP3 + 1 IMAD.WIDE", rates::MIX_STEPS, 6, 5.9},
    {"mix_many_planes", "1 mma.sp + 10 LOP3 + 6 IMAD.WIDE", rates::MIX_STEPS / 4, 17, 16.9},
    {"imad_wide", "IMAD.WIDE", rates::STEPS, 1, 0.98},
    {"lop3", "LOP3", rates::STEPS, 1, 0.98},
    {"ffma", "FFMA", rates::STEPS, 1, 0.98},
    {"masked_ffma", "7 predicated FFMA + R2P + SHF", rates::MIX_STEPS / 2, 9, 8.8},
    {"mma_sp_f16", "mma.sp m16n8k32 f16", rates::PRODUCT_STEPS, 1, 2},
    {"mma_sp_tf32", "mma.sp m16n8k16 tf32", rates::PRODUCT_STEPS, 1, 2},
    {"mma_tf32", "mma m16n8k8 tf32", rates::PRODUCT_STEPS, 1, 2},
    {"mma_sp_f16_ordered", "mma.sp::ordered_metadata m16n8k32 f16", rates::PRODUCT_STEPS, 1, 2},
    {"mma_sp_tf32_ordered", "mma.sp::ordered_metadata m16n8k16 tf32", rates::PRODUCT_STEPS, 1, 2},
    {"lds", "LDS.128 + LOP3", rates::PRODUCT_STEPS, 2, 1.96},
    {"lds_predicated", "LDS.128 of a lane in 8 + LOP3", rates::PRODUCT_STEPS, 2, 1.96},
    {"f2fp", "F2FP.BF16 (cvt.rn.bf16x2.f32)", rates::STEPS, 1, 0.98},
    {"prmt", "PRMT", rates::STEPS, 1, 0.98},
    {"shf", "SHF", rates::STEPS, 1, 0.98},
    {"imad", "IMAD", rates::STEPS, 1, 0.98},
    {"mma_sp_bf16_latency", "mma.sp m16n8k32 bf16, dependent", rates::PRODUCT_STEPS, 1, 4, true},
    {"mma_bf16_latency", "mma m16n8k16 bf16, dependent", rates::PRODUCT_STEPS, 1, 4, true},
    {"ffma_latency", "FFMA, dependent", rates::STEPS, 1, 2, true},
    {"imad_wide_latency", "IMAD.WIDE, dependent", rates::STEPS, 1, 2, true},
    {"lds_latency", "LDS.128 + LOP3, dependent", rates::PRODUCT_STEPS, 2, 8, true},
};

constexpr const char* SPARSE_NUMBERS[] = {"bf16", "f16", "tf32", "bf16_ordered", "f16_ordered", "tf32_ordered"};

template <class... A>
void emulate(const std::string& kernel, unsigned blocks, A... arguments) {
    const emulation::Kernel* const emulated = emulation::find_kernel(kernel);
    if (emulated == nullptr) {
        throw std::runtime_error("the emulation has no kernel " + kernel);
    }
    void* values[] = {&arguments...};
    emulation::launch(*emulated, {blocks}, {32}, rates::SHARED_BYTES, values);
}

// Kernels with ordered metadata are there only if the toolkit compiled them.
bool available(const std::string& kernel) {
    const std::vector<std::string> names = cuda::kernel_names();
    return std::find(names.begin(), names.end(), kernel) != names.end();
}

// -2 to 2, or sometimes an infinity, as a half word.
uint32_t random_number(std::mt19937& random, const std::string& numbers, bool infinite) {
    const float value = infinite ? INFINITY : static_cast<float>(static_cast<int>(random() % 5) - 2);
    if (numbers.rfind("f16", 0) == 0) {
        const uint32_t magnitude = infinite                  ? 0x7C00u
                                   : value == 0.0f           ? 0u
                                   : std::abs(value) == 1.0f ? 0x3C00u
                                                             : 0x4000u;
        return magnitude | (value < 0.0f ? 0x8000u : 0u);
    }
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits >> 16;
}

uint32_t random_word(std::mt19937& random, const std::string& numbers, bool infinite) {
    const uint32_t second = random_number(random, numbers, infinite);
    // The upper half alone is a float.
    return second << 16 | (numbers.rfind("tf32", 0) == 0 ? 0 : random_number(random, numbers, false));
}

// The first half of the cases has metadata as kernels make them, where each nibble chooses an input or a zero; the
// second half has all nibbles that are allowed.
uint32_t random_metadata(std::mt19937& random, const std::string& numbers, bool any) {
    constexpr uint32_t OF_KERNELS[] = {0x8, 0x9, 0xC, 0xD};
    constexpr uint32_t ALL[] = {0x4, 0x8, 0x9, 0xC, 0xD, 0xE};
    constexpr uint32_t OF_FLOATS[] = {0x4, 0xE};
    uint32_t word = 0;
    for (int n = 0; n < 8; ++n) {
        word = word << 4 | (numbers.rfind("tf32", 0) == 0 ? OF_FLOATS[random() % 2]
                            : any                         ? ALL[random() % 6]
                                                          : OF_KERNELS[random() % 4]);
    }
    return word;
}

bool same(float a, float b) {
    return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

// Random products with both selectors against the emulation, bit for bit: factors are small integers. Every tenth case
// has an infinite factor, whose product with a zero must be NaN.
int check_products(const std::string& numbers, std::vector<JsonObject>& rows) {
    std::mt19937 random(7);
    int wrong = 0;
    int nans = 0;
    for (int32_t selector = 0; selector < 2; ++selector) {
        std::vector<uint32_t> a;
        std::vector<uint32_t> b;
        std::vector<uint32_t> metadata;
        std::vector<float> sums;
        for (int n = 0; n < CASES / 2 * 32 * 4; ++n) {
            const int one = n / (32 * 4);
            const bool infinite = one % 10 == 9 && n % (32 * 4) == one;
            a.push_back(random_word(random, numbers, infinite));
            b.push_back(random_word(random, numbers, false));
            sums.push_back(static_cast<float>(static_cast<int>(random() % 2001) - 1000));
            if (n % 4 == 0) {
                metadata.push_back(random_metadata(random, numbers, one >= CASES / 4));
            }
        }
        const std::string kernel = "sparse_cases_" + numbers;
        const device::Array<uint32_t> a_array(a);
        const device::Array<uint32_t> b_array(b);
        const device::Array<uint32_t> metadata_array(metadata);
        const device::Array<float> sums_array(sums);
        device::launch(
            kernel, {{CASES / 2}, 32}, static_cast<const uint32_t*>(a_array.pointer()),
            static_cast<const uint32_t*>(b_array.pointer()), static_cast<const uint32_t*>(metadata_array.pointer()),
            selector, sums_array.pointer());
        const std::vector<float> results = sums_array.download();
        emulate(
            kernel, CASES / 2, static_cast<const uint32_t*>(a.data()), static_cast<const uint32_t*>(b.data()),
            static_cast<const uint32_t*>(metadata.data()), selector, sums.data());
        for (size_t n = 0; n < sums.size(); ++n) {
            wrong += same(results[n], sums[n]) ? 0 : 1;
            nans += std::isnan(sums[n]) ? 1 : 0;
        }
    }
    std::printf(
        "products %-14s %d of %d sums are not the emulation's; %d of them NaN, by an infinity times a zero\n",
        numbers.c_str(), wrong, CASES * 32 * 4, nans);
    std::fflush(stdout);
    JsonObject row;
    row.text("numbers", numbers).integer("sums", CASES * 32 * 4).integer("wrong", wrong).integer("nan", nans);
    rows.push_back(row);
    return wrong;
}

class RateTimer {
  public:
    explicit RateTimer(int32_t loops)
        : loops_(loops),
          inputs_(random_inputs()),
          inputs_array_(inputs_),
          results_(static_cast<int64_t>(device::multiprocessors()) * rates::MAX_THREADS),
          clocks_(static_cast<int64_t>(device::multiprocessors()) * (rates::MAX_THREADS / 32) * 2),
          // More than half of a multiprocessor's, so that it runs one block.
          shared_bytes_(static_cast<size_t>(cuda::attribute(cuda::SHARED_BYTES_OPTIN)) / 2 + 1024) {}

    // All threads of all blocks against the emulation's warp.
    void check(const Rate& rate) const {
        std::vector<uint32_t> expected(32);
        std::vector<int64_t> clocks(2);
        emulate(
            name(rate), 1, static_cast<const uint32_t*>(inputs_.data()), CHECKED_LOOPS, expected.data(), clocks.data());
        run(rate, rates::MAX_WARPS, CHECKED_LOOPS);
        const std::vector<uint32_t> results = results_.download();
        for (size_t n = 0; n < results.size(); ++n) {
            if (results[n] != expected[n % 32]) {
                throw std::runtime_error(
                    name(rate) + ": thread " + std::to_string(n) + " has not computed what the emulation computes");
            }
        }
    }

    // Cycles that a sub-partition takes for a step of a warp, with so many warps: by the difference of two runs, which
    // takes start and end away.
    double cycles(const Rate& rate, int warps) const {
        const int32_t fewer = std::max(1, loops_ / 3);
        double most = INFINITY;
        double least = INFINITY;
        for (int repeat = 0; repeat < REPEATS; ++repeat) {
            most = std::min(most, median_cycles(rate, warps, loops_));
            least = std::min(least, median_cycles(rate, warps, fewer));
        }
        return (most - least) / ((loops_ - fewer) * static_cast<double>(rate.steps) * warps);
    }

    // While it runs; 0 if nobody knows.
    int clock_mhz(const Rate& rate) const {
        if (sm_clock_mhz() == 0) {
            return 0;
        }
        device::wait_for_launches(false);
        run(rate, rates::MAX_WARPS, CLOCK_LOOPS);
        const int mhz = sm_clock_mhz();
        device::synchronize();
        device::wait_for_launches(true);
        return mhz;
    }

  private:
    static std::vector<uint32_t> random_inputs() {
        std::mt19937 random(11);
        std::vector<uint32_t> words(rates::INPUT_WORDS * 32);
        std::generate(words.begin(), words.end(), [&] { return static_cast<uint32_t>(random()); });
        return words;
    }

    static std::string name(const Rate& rate) {
        return std::string("rate_") + rate.kernel;
    }

    void run(const Rate& rate, int warps, int32_t loops) const {
        device::launch(
            name(rate),
            {{static_cast<unsigned>(device::multiprocessors())}, static_cast<unsigned>(warps) * 4 * 32, shared_bytes_},
            static_cast<const uint32_t*>(inputs_array_.pointer()), loops, results_.pointer(), clocks_.pointer());
    }

    // From the first warp's start to the last one's end, of the middle block.
    double median_cycles(const Rate& rate, int warps, int32_t loops) const {
        run(rate, warps, loops);
        const std::vector<int64_t> clocks = clocks_.download();
        const size_t warps_of_block = static_cast<size_t>(warps) * 4;
        std::vector<int64_t> blocks;
        for (size_t block = 0; block < static_cast<size_t>(device::multiprocessors()); ++block) {
            int64_t begin = INT64_MAX;
            int64_t end = INT64_MIN;
            for (size_t warp = block * warps_of_block; warp < (block + 1) * warps_of_block; ++warp) {
                begin = std::min(begin, clocks[warp * 2]);
                end = std::max(end, clocks[warp * 2 + 1]);
            }
            blocks.push_back(end - begin);
        }
        std::nth_element(blocks.begin(), blocks.begin() + static_cast<int64_t>(blocks.size() / 2), blocks.end());
        return static_cast<double>(blocks[blocks.size() / 2]);
    }

    int32_t loops_;
    std::vector<uint32_t> inputs_;
    device::Array<uint32_t> inputs_array_;
    device::Array<uint32_t> results_;
    device::Array<int64_t> clocks_;
    size_t shared_bytes_;
};

// What the rates mean for the largest layer of one position that is timed: a mma.sp serves 256 connections, as only one
// column in eight belongs to a sample.
class RateVerdicts {
  public:
    RateVerdicts(const std::map<std::string, double>& cycles, int mhz) : cycles_(cycles), mhz_(mhz) {}

    std::vector<JsonObject> rows() const {
        std::vector<JsonObject> rows;
        add(rows, "mma_sp_bf16", "the tensor cores alone", 0.0, 0.0);
        add(rows, "mix_one_plane", "p = 0.5, bf16", 130.0, 160.0);
        add(rows, "mix_two_terms", "p = 0.5, bf16x2", 130.0, 160.0);
        add(rows, "mix_many_planes", "p = 0.3, bf16", 300.0, 300.0);
        return rows;
    }

  private:
    static constexpr double CONNECTIONS = 256.0;
    static constexpr double MULTIPLY_ADDS = 128.0 * 4096.0 * 4096.0;
    // Of what the busiest unit could do; FFMA kernels reach about as much of their own bound.
    static constexpr double REACHED = 0.75;

    void add(std::vector<JsonObject>& rows, const char* kernel, const char* what, double go_us, double drop_us) const {
        const auto found = cycles_.find(kernel);
        if (found == cycles_.end()) {
            return;
        }
        const double cycles = found->second;
        const double rate = 4 * CONNECTIONS / cycles;
        const double bound_us = mhz_ > 0 ? MULTIPLY_ADDS / rate / device::multiprocessors() / mhz_ : NAN;
        const double expected_us = bound_us / REACHED;
        const char* const verdict = go_us == 0.0 || std::isnan(expected_us) ? "-"
                                    : expected_us <= go_us                  ? "go"
                                    : expected_us > drop_us                 ? "drop"
                                                                            : "measure the kernels first";
        std::printf(
            "%-24s %6.2f cycles: at most %4.0f masked multiply-adds a clock and multiprocessor; 128x4096x4096 takes at "
            "least %.0f us, %.0f expected: %s\n",
            what, cycles, rate, bound_us, expected_us, verdict);
        JsonObject row;
        row.text("what", what).number("cycles", cycles).number("multiply_adds_per_clock", rate);
        row.number("bound_us", bound_us).number("expected_us", expected_us).text("verdict", verdict);
        rows.push_back(row);
    }

    const std::map<std::string, double>& cycles_;
    int mhz_;
};

class Page {
  public:
    explicit Page(const TimingOptions& options) : options_(options) {}

    std::vector<JsonObject> products;
    std::vector<JsonObject> rows;
    std::vector<JsonObject> verdicts;
    int mhz = 0;

    void write() const {
        JsonObject page;
        page.text("gpu", device::name()).integer("multiprocessors", device::multiprocessors());
        page.text("driver", driver_release()).text("toolkit", options_.toolkit).text("commit", options_.commit);
        page.integer("sm_mhz", mhz);
        page.rows("products", products).rows("rows", rows).rows("verdicts", verdicts);
        write_page(options_, page);
    }

  private:
    const TimingOptions& options_;
};

void time_rate(const Rate& rate, const RateTimer& timer, Page& page, std::map<std::string, double>& best) {
    // What an instruction costs is worth knowing even where it does not compute what was thought; but it is a failure.
    std::string wrong;
    try {
        timer.check(rate);
    } catch (const std::exception& failure) {
        wrong = failure.what();
    }
    JsonObject row;
    row.text("kernel", rate.kernel).text("instructions", rate.instructions).text("wrong", wrong);
    row.integer("instructions_in_step", rate.instructions_of);
    std::printf("%-42s", rate.instructions);
    double least = INFINITY;
    for (int warps = 1; warps <= (rate.latency ? 1 : rates::MAX_WARPS); ++warps) {
        const double cycles = timer.cycles(rate, warps);
        std::printf(" %8.2f", cycles);
        row.number("cycles_" + std::to_string(warps) + "_warps", cycles, 4);
        least = std::min(least, cycles);
    }
    std::printf("\n");
    std::fflush(stdout);
    page.rows.push_back(row);
    if (!(least >= rate.least)) {
        throw std::runtime_error(
            std::to_string(least) + " cycles a step cannot be: at least " + std::to_string(rate.least) +
            "; something was left out or the clock is not the multiprocessor's");
    }
    best[rate.kernel] = least;
    if (!wrong.empty()) {
        throw std::runtime_error(wrong);
    }
}

void time_instructions(const TimingOptions& options, Failures& failures) {
    Page page(options);
    for (const char* const numbers : SPARSE_NUMBERS) {
        if (!available(std::string("sparse_cases_") + numbers)) {
            std::printf("SKIPPED: products %s: this toolkit does not compile them\n", numbers);
            continue;
        }
        failures.attempt(std::string("products ") + numbers, [&] {
            const int wrong = check_products(numbers, page.products);
            page.write();
            if (wrong > 0) {
                throw std::runtime_error(std::to_string(wrong) + " sums are wrong");
            }
        });
    }
    const RateTimer timer(options.loops);
    std::map<std::string, double> best;
    std::printf("%-42s %8s %8s %8s %8s\n", "cycles a step and sub-partition", "1 warp", "2", "3", "4");
    for (const Rate& rate : RATES) {
        if (available(std::string("rate_") + rate.kernel)) {
            failures.attempt(rate.instructions, [&] { time_rate(rate, timer, page, best); });
            page.write();
        }
    }
    failures.attempt("the clock", [&] { page.mhz = timer.clock_mhz(RATES[0]); });
    std::printf("multiprocessors at %d MHz\n", page.mhz);
    page.verdicts = RateVerdicts(best, page.mhz).rows();
    page.write();
}

}  // namespace

int main(int count, char** arguments) {
    TimingOptions options;
    options.json = "instruction-rates.json";
    options.command = "instruction_rates";
    options.loops = 600;
    parse(count, arguments, USAGE, options);
    return time_all(options, [&](Failures& failures) { time_instructions(options, failures); });
}
