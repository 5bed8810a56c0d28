// The rows of a timing run, printed as they come and kept for the JSON; and its failures.
#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cuda_timer.h"
#include "json.h"
#include "layer_operands.h"

// Single-precision sums may be off by this times the sum of their terms' magnitudes; TF32, with 11 bits, would be far
// outside.
constexpr Bound SUM_BOUND{16 * 0x1p-24};

class TimingResults {
  public:
    // FFMAs a second; starts the table.
    explicit TimingResults(double peak);

    // sgemm_us: the plain product's time, 0 for unknown.
    void add(
        const std::string& kernel, ConnectionPass pass, const MultiPositionShape& shape, double drop_rate, int planes,
        const Timing& timing, double bytes, double sgemm_us);

    const std::vector<JsonObject>& rows() const {
        return rows_;
    }

  private:
    double peak_;
    std::vector<JsonObject> rows_;
};

// Counts failures and goes on: other rows may still be good.
class Failures {
  public:
    template <class Work>
    void attempt(const std::string& what, const Work& work) {
        try {
            work();
        } catch (const std::exception& failure) {
            ++count_;
            std::printf("FAILED: %s: %s\n", what.c_str(), failure.what());
            std::fflush(stdout);
        }
    }

    int count() const {
        return count_;
    }

  private:
    int count_ = 0;
};
