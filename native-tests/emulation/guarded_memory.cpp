#include "guarded_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "sanitizer.h"

namespace emulation {

// NaN as a float, and other bytes than poison.
static constexpr unsigned char PATTERN[4] = {0xFD, 0xFE, 0xFF, 0xFF};

static size_t page_size() {
    static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

static std::vector<const GuardedMemory*>& live() {
    static std::vector<const GuardedMemory*> memories;
    return memories;
}

static size_t round_up(size_t bytes, size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

GuardedMemory::GuardedMemory(std::string name, size_t bytes, size_t misalignment)
    : GuardedMemory(std::move(name), bytes, misalignment, ALIGNMENT) {}

std::unique_ptr<GuardedMemory> GuardedMemory::aligned(std::string name, size_t bytes, size_t alignment) {
    return std::unique_ptr<GuardedMemory>(new GuardedMemory(std::move(name), bytes, 0, alignment));
}

GuardedMemory::GuardedMemory(std::string name, size_t bytes, size_t misalignment, size_t alignment)
    : name_(std::move(name)), bytes_(bytes) {
    const size_t page = page_size();
    const size_t room = round_up(bytes + misalignment, alignment);  // from an aligned address to the forbidden page
    mapped_ = round_up(room, page) + 2 * page;
    void* mapping = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED ||
        mprotect(static_cast<unsigned char*>(mapping) + page, mapped_ - 2 * page, PROT_READ | PROT_WRITE) != 0) {
        throw std::bad_alloc();
    }
    mapping_ = static_cast<unsigned char*>(mapping);
    data_ = mapping_ + mapped_ - page - room + misalignment;
    poison();
    mark_surroundings();
    live().push_back(this);
}

GuardedMemory::~GuardedMemory() {
    live().erase(std::find(live().begin(), live().end(), this));
    sanitizer::allow(mapping_ + page_size(), mapped_ - 2 * page_size());
    munmap(mapping_, mapped_);
}

bool GuardedMemory::contains(const void* address, size_t bytes) const {
    const auto first = reinterpret_cast<uintptr_t>(address);
    const auto begin = reinterpret_cast<uintptr_t>(data_);
    return first >= begin && first - begin <= bytes_ && bytes <= bytes_ - (first - begin);
}

void GuardedMemory::poison() {
    std::memset(data_, 0xFF, bytes_);
}

void GuardedMemory::forbid() {
    unsigned char* const begin = mapping_ + page_size();
    const size_t bytes = mapped_ - 2 * page_size();
    sanitizer::allow(begin, bytes);
    madvise(begin, bytes, MADV_DONTNEED);
    mprotect(begin, bytes, PROT_NONE);
    forbidden_ = true;
}

void GuardedMemory::mark_surroundings() {
    unsigned char* const begin = mapping_ + page_size();
    unsigned char* const end = mapping_ + mapped_ - page_size();
    for (unsigned char* byte = begin; byte < end; ++byte) {
        if (byte == data_) {
            byte += bytes_;
            if (byte == end) {
                break;
            }
        }
        *byte = PATTERN[(byte - begin) % 4];
    }
    sanitizer::forbid(begin, static_cast<size_t>(data_ - begin));
    sanitizer::forbid(data_ + bytes_, static_cast<size_t>(end - data_ - bytes_));
}

// Whether the pattern stands there; its phase is that of a page's beginning.
__attribute__((no_sanitize("address"))) static bool is_pattern(
    const unsigned char* begin, const unsigned char* end, size_t phase) {
    unsigned char expected[8];
    for (size_t i = 0; i < sizeof expected; ++i) {
        expected[i] = PATTERN[(phase + i) % 4];
    }
    uint64_t word = 0;
    std::memcpy(&word, expected, sizeof word);
    const unsigned char* at = begin;
    for (; end - at >= 8; at += 8) {
        uint64_t found = 0;
        std::memcpy(&found, at, sizeof found);
        if (found != word) {
            return false;
        }
    }
    for (size_t i = 0; at + i < end; ++i) {
        if (at[i] != expected[i]) {
            return false;
        }
    }
    return true;
}

__attribute__((no_sanitize("address"))) std::string GuardedMemory::damage_between(
    const unsigned char* begin, const unsigned char* end, const char* where) const {
    const unsigned char* const origin = mapping_ + page_size();
    if (is_pattern(begin, end, static_cast<size_t>(begin - origin) % 4)) {
        return "";
    }
    for (const unsigned char* byte = begin; byte < end; ++byte) {
        if (*byte != PATTERN[(byte - origin) % 4]) {
            const auto offset = byte - data_;
            return "a write " + std::string(where) + " " + name_ + ", which has " + std::to_string(bytes_) +
                   " bytes: byte " + std::to_string(offset) + " changed";
        }
    }
    return "";
}

std::string GuardedMemory::damage() const {
    if (forbidden_) {
        return "";
    }
    const std::string in_front = damage_between(mapping_ + page_size(), data_, "in front of");
    return in_front.empty() ? damage_between(data_ + bytes_, mapping_ + mapped_ - page_size(), "behind") : in_front;
}

std::string GuardedMemory::damage_anywhere() {
    for (const GuardedMemory* memory : live()) {
        std::string damage = memory->damage();
        if (!damage.empty()) {
            return damage;
        }
    }
    return "";
}

std::string GuardedMemory::locate(const void* address) {
    const auto* const byte = static_cast<const unsigned char*>(address);
    for (const GuardedMemory* memory : live()) {
        if (byte >= memory->mapping_ && byte < memory->mapping_ + memory->mapped_) {
            return "byte " + std::to_string(byte - memory->data_) + " of " + memory->name_ + ", which has " +
                   std::to_string(memory->bytes_) + " bytes" + (memory->forbidden_ ? " and was freed" : "");
        }
    }
    char text[32];
    std::snprintf(text, sizeof text, "address %p", address);
    return std::string(text) + ", in no memory of the device";
}

}  // namespace emulation
