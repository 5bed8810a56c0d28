#include "allocations.h"

#include <algorithm>

namespace simulated {

using emulation::GuardedMemory;

static constexpr size_t ALIGNMENT = 256;
static constexpr size_t MAX_RELEASED = 1024;

static uintptr_t number(const void* address) {
    return reinterpret_cast<uintptr_t>(address);
}

void* Allocations::allocate(Context* context, size_t bytes) {
    std::string name = kind_ + " allocation " + std::to_string(++number_);
    auto memory = GuardedMemory::aligned(std::move(name), bytes, ALIGNMENT);
    void* const address = memory->data();
    live_.emplace(number(address), Allocation{context, std::move(memory)});
    bytes_ += bytes;
    peak_bytes_ = std::max(peak_bytes_, bytes_);
    return address;
}

std::string Allocations::release(const void* address, bool& freed) {
    const auto found = live_.find(number(address));
    freed = found != live_.end();
    if (!freed) {
        return "no " + kind_ + " allocation starts at " + GuardedMemory::locate(address);
    }
    std::string damage = found->second.memory->damage();
    retire(found);
    return damage;
}

void Allocations::retire(Live::iterator allocation) {
    std::unique_ptr<GuardedMemory> memory = std::move(allocation->second.memory);
    bytes_ -= memory->size();
    live_.erase(allocation);
    memory->forbid();
    released_.push_back(std::move(memory));
    if (released_.size() > MAX_RELEASED) {
        released_.pop_front();
    }
}

bool Allocations::was_released(const void* address) const {
    return std::any_of(
        released_.begin(), released_.end(), [=](const auto& memory) { return memory->data() == address; });
}

const Allocation* Allocations::around(const void* address) const {
    auto found = live_.upper_bound(number(address));
    if (found == live_.begin()) {
        return nullptr;
    }
    --found;
    return found->second.memory->contains(address, 0) ? &found->second : nullptr;
}

bool Allocations::contains(const void* address, size_t bytes) const {
    const Allocation* const allocation = around(address);
    return allocation != nullptr && allocation->memory->contains(address, bytes);
}

size_t Allocations::abandon(const Context* context) {
    size_t count = 0;
    for (auto next = live_.begin(); next != live_.end();) {
        const auto allocation = next++;
        if (allocation->second.context == context) {
            retire(allocation);
            ++count;
        }
    }
    return count;
}

}  // namespace simulated
