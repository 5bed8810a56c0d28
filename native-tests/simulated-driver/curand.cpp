// libcurand.so.10 on the simulated device: the generator PHILOX4_32_10 by cuRAND's formulas, in stream order. All other
// names are stubs.
//
//   word i       word i & 3 of Philox(counter = (b >> 16, 0, b & 65535, 0), key = seed) with b = i >> 2
//   uniform i    (w + 1/2) 2^-32, w being word i
//   normal i     of the pair (2j, 2j + 1) with u = uniform 2j, v = 2 pi uniform 2j + 1 and s = sqrt(-2 ln u):
//                s sin v at 2j, s cos v at 2j + 1; logarithm, sine and cosine from the C library
#include <cmath>

#include "box_muller.cuh"
#include "library_handles.h"
#include "philox.cuh"

using namespace simulated;

namespace {

// Numbers of curand.h.
enum {
    CURAND_SUCCESS = 0,
    CURAND_NOT_INITIALIZED = 101,
    CURAND_ALLOCATION_FAILED = 102,
    CURAND_TYPE_ERROR = 103,
    CURAND_OUT_OF_RANGE = 104,
    CURAND_LENGTH_NOT_MULTIPLE = 105,
    CURAND_LAUNCH_FAILURE = 201,
    CURAND_INITIALIZATION_FAILED = 203,
};
enum { PSEUDO_PHILOX4_32_10 = 161 };
enum { ORDERING_BEST = 100, ORDERING_DEFAULT = 101, ORDERING_LEGACY = 103 };

constexpr int VERSION = 10306;
constexpr int SUBSEQUENCE_BITS = 16;

struct Generator {
    void* stream = nullptr;
    uint64_t seed = 0;
    uint64_t position = 0;
    bool prepared = false;
};

using Generators = LibraryHandles<Generator, Resource::CURAND_GENERATORS>;

class Words {
  public:
    explicit Words(uint64_t seed) : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)} {}

    uint32_t operator[](uint64_t i) {
        if (!drawn_ || i >> 2 != group_) {
            group_ = i >> 2;
            drawn_ = true;
            const uint32_t subsequence = static_cast<uint32_t>(group_) & ((1u << SUBSEQUENCE_BITS) - 1u);
            const uint32_t counter = static_cast<uint32_t>(group_ >> SUBSEQUENCE_BITS);
            words_ = philox(make_uint4(counter, 0, subsequence, 0), key_);
        }
        const uint32_t words[4] = {words_.x, words_.y, words_.z, words_.w};
        return words[i & 3];
    }

  private:
    PhiloxKey key_;
    bool drawn_ = false;
    uint64_t group_ = 0;
    uint4 words_{};
};

float normal(Words& words, uint64_t i) {
    constexpr float TURN = 0x1p-32f * 6.2831855f;
    const uint64_t pair = i & ~uint64_t{1};
    const float s = std::sqrt(-2.0f * std::log(uniform(words[pair])));
    const float v = static_cast<float>(words[pair + 1]) * TURN + TURN / 2.0f;
    return s * ((i & 1) == 0 ? std::sin(v) : std::cos(v));
}

enum class Kind { WORDS, UNIFORM, NORMAL };

struct Fill {
    Kind kind;
    uint64_t seed;
    uint64_t first;
    size_t count;
    float mean;
    float deviation;
    void* to;
};

int run(void* arguments) {
    const Fill& fill = *static_cast<const Fill*>(arguments);
    if (simulated_is_device_memory(fill.to, fill.count * sizeof(float)) == 0) {
        simulated_explain("cuRAND", "the target does not lie in live device memory");
        return ILLEGAL_ADDRESS;
    }
    // A GPU's generator of this kind draws four words at once; that it may write them anywhere is not documented.
    if (reinterpret_cast<uintptr_t>(fill.to) % (4 * sizeof(uint32_t)) != 0) {
        simulated_explain("cuRAND", "the target does not begin at a multiple of 16 bytes");
        return MISALIGNED_ADDRESS;
    }
    Words words(fill.seed);
    for (size_t i = 0; i < fill.count; ++i) {
        const uint64_t at = fill.first + i;
        switch (fill.kind) {
            case Kind::WORDS: static_cast<uint32_t*>(fill.to)[i] = words[at]; break;
            case Kind::UNIFORM: static_cast<float*>(fill.to)[i] = uniform(words[at]); break;
            case Kind::NORMAL: static_cast<float*>(fill.to)[i] = fill.mean + fill.deviation * normal(words, at); break;
        }
    }
    return SUCCESS;
}

int generate(Generator* generator, Kind kind, void* to, size_t count, float mean, float deviation) {
    if (!Generators::all().contains(generator)) {
        return CURAND_NOT_INITIALIZED;
    }
    if (count == 0) {
        return CURAND_SUCCESS;
    }
    if (simulated_points_to_device(to, count * sizeof(float)) == 0) {
        simulated_explain("cuRAND", "the target does not lie in device memory");
        return CURAND_LAUNCH_FAILURE;
    }
    // Seen on GPUs: drawing from a new place fails while another thread captures.
    if (!generator->prepared && simulated_prepare("cuRAND's first draw from a place") != SUCCESS) {
        return CURAND_LAUNCH_FAILURE;
    }
    generator->prepared = true;
    const Fill fill{kind, generator->seed, generator->position, count, mean, deviation, to};
    if (simulated_submit(generator->stream, run, &fill, sizeof fill) != SUCCESS) {
        return CURAND_LAUNCH_FAILURE;
    }
    generator->position += count;
    return CURAND_SUCCESS;
}

// The frame of calls that set something.
template <class F>
int about(Generator* generator, F body) {
    return Generators::all().contains(generator) ? body() : CURAND_NOT_INITIALIZED;
}

}  // namespace

EXPORTED int curandCreateGenerator(Generator** generator, int type) {
    constexpr int PSEUDO_DEFAULT = 100;
    if (generator == nullptr || type != PSEUDO_PHILOX4_32_10) {
        if (type >= PSEUDO_DEFAULT) {
            simulated_explain("curandCreateGenerator", "only CURAND_RNG_PSEUDO_PHILOX4_32_10 (161) is simulated");
        }
        return CURAND_TYPE_ERROR;
    }
    switch (Generators::all().create(generator)) {
        case SUCCESS: return CURAND_SUCCESS;
        case OUT_OF_MEMORY: return CURAND_ALLOCATION_FAILED;
        default: return CURAND_INITIALIZATION_FAILED;
    }
}

EXPORTED int curandDestroyGenerator(Generator* generator) {
    return about(generator, [&] {
        Generators::all().destroy(generator);
        return CURAND_SUCCESS;
    });
}

EXPORTED int curandGetVersion(int* version) {
    if (version == nullptr) {
        return CURAND_OUT_OF_RANGE;
    }
    *version = VERSION;
    return CURAND_SUCCESS;
}

EXPORTED int curandGetProperty(int part, int* value) {
    if (value == nullptr || part < 0 || part > 2) {
        return CURAND_OUT_OF_RANGE;
    }
    const int parts[] = {VERSION / 1000, VERSION / 100 % 10, VERSION % 100};
    *value = parts[part];
    return CURAND_SUCCESS;
}

EXPORTED int curandSetStream(Generator* generator, void* stream) {
    return about(generator, [&] {
        generator->stream = stream;
        return CURAND_SUCCESS;
    });
}

EXPORTED int curandSetPseudoRandomGeneratorSeed(Generator* generator, unsigned long long seed) {
    return about(generator, [&] {
        generator->seed = seed;
        generator->position = 0;
        generator->prepared = false;
        return CURAND_SUCCESS;
    });
}

EXPORTED int curandSetGeneratorOffset(Generator* generator, unsigned long long offset) {
    return about(generator, [&] {
        generator->position = offset;
        generator->prepared = false;
        return CURAND_SUCCESS;
    });
}

EXPORTED int curandSetGeneratorOrdering(Generator* generator, int order) {
    return about(generator, [&] {
        const bool same_words = order == ORDERING_BEST || order == ORDERING_DEFAULT || order == ORDERING_LEGACY;
        return same_words ? CURAND_SUCCESS : CURAND_OUT_OF_RANGE;
    });
}

EXPORTED int curandGenerate(Generator* generator, unsigned* to, size_t count) {
    return generate(generator, Kind::WORDS, to, count, 0, 1);
}

EXPORTED int curandGenerateUniform(Generator* generator, float* to, size_t count) {
    return generate(generator, Kind::UNIFORM, to, count, 0, 1);
}

EXPORTED int curandGenerateNormal(Generator* generator, float* to, size_t count, float mean, float deviation) {
    return count % 2 != 0 ? static_cast<int>(CURAND_LENGTH_NOT_MULTIPLE)
                          : generate(generator, Kind::NORMAL, to, count, mean, deviation);
}
