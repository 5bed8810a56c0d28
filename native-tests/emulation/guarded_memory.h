// Memory whose surroundings are watched: a forbidden page follows it (and one precedes it), and the few bytes between
// it and those pages hold a pattern that must not change. Reads and writes beyond the 15 bytes behind it fault at once;
// AddressSanitizer sees all of them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace emulation {

class GuardedMemory {
  public:
    static constexpr size_t ALIGNMENT = 16;

    // Aligned to 16 bytes, plus `misalignment` bytes of [0, 16). Contents: poison.
    GuardedMemory(std::string name, size_t bytes, size_t misalignment = 0);

    // Aligned to a power of 2, up to a page; fewer bytes than that lie between it and the forbidden page behind it.
    static std::unique_ptr<GuardedMemory> aligned(std::string name, size_t bytes, size_t alignment);

    ~GuardedMemory();
    GuardedMemory(const GuardedMemory&) = delete;
    GuardedMemory& operator=(const GuardedMemory&) = delete;

    unsigned char* data() const {
        return data_;
    }

    size_t size() const {
        return bytes_;
    }

    bool contains(const void* address, size_t bytes) const;

    // Fills it with bytes 0xFF: NaN in every floating-point format.
    void poison();

    // Gives its contents up: from now on every access faults. No damage is found any more.
    void forbid();

    // What was written around it since it was made, in words; empty: nothing.
    std::string damage() const;

    // Damage of all guarded memory there is.
    static std::string damage_anywhere();

    // Where an address that faulted lies, in words.
    static std::string locate(const void* address);

  private:
    GuardedMemory(std::string name, size_t bytes, size_t misalignment, size_t alignment);
    void mark_surroundings();
    std::string damage_between(const unsigned char* begin, const unsigned char* end, const char* where) const;

    std::string name_;
    bool forbidden_ = false;
    size_t bytes_;
    size_t mapped_;
    unsigned char* mapping_;  // its first and last page are forbidden
    unsigned char* data_;
};

}  // namespace emulation
