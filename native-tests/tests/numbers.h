// Numbers for tests: the same on every machine and in every run.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

// Steele, Lea, Flood: Fast splittable pseudorandom number generators (SplitMix64).
class Numbers {
  public:
    explicit Numbers(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    // In [low, high).
    float real(float low, float high) {
        return low + (high - low) * static_cast<float>(next() >> 40) * 0x1p-24f;
    }

    // In [low, high].
    int64_t integer(int64_t low, int64_t high) {
        return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
    }

    std::vector<float> reals(int64_t count, float low, float high) {
        std::vector<float> values(count);
        for (float& value : values) {
            value = real(low, high);
        }
        return values;
    }

    std::vector<int32_t> integers(int64_t count, int32_t low, int32_t high) {
        std::vector<int32_t> values(count);
        for (int32_t& value : values) {
            value = static_cast<int32_t>(integer(low, high));
        }
        return values;
    }

    // Whole numbers as floats: their sums are exact in every order.
    std::vector<float> whole(int64_t count, int32_t low, int32_t high) {
        std::vector<float> values(count);
        for (float& value : values) {
            value = static_cast<float>(integer(low, high));
        }
        return values;
    }

  private:
    uint64_t state_;
};

inline uint32_t bits_of(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// Bits, so that NaN equals itself and the zeros differ.
inline std::vector<uint32_t> bits_of(const std::vector<float>& values) {
    std::vector<uint32_t> bits(values.size());
    if (!values.empty()) {
        std::memcpy(bits.data(), values.data(), values.size() * sizeof(float));
    }
    return bits;
}

constexpr float FLOAT_EPSILON = 0x1p-24f;  // largest relative error of one rounding
constexpr float NOT_A_NUMBER = std::numeric_limits<float>::quiet_NaN();
constexpr float INFINITE = std::numeric_limits<float>::infinity();
