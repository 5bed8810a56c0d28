#include "shared_memory.h"

namespace emulation {

SharedMemory::SharedMemory(size_t dynamic_bytes) : dynamic_("dynamic shared memory", dynamic_bytes) {}

void SharedMemory::start_block() {
    ++block_;
    dynamic_.poison();
}

void* SharedMemory::array(const void* site, const char* name, size_t bytes, size_t alignment) {
    for (Array& array : arrays_) {
        if (array.site == site) {
            if (array.block != block_) {
                array.block = block_;
                array.memory->poison();
            }
            return array.memory->data();
        }
    }
    const size_t misalignment = alignment % GuardedMemory::ALIGNMENT;
    arrays_.push_back(
        {site, block_, std::make_unique<GuardedMemory>(std::string("shared array ") + name, bytes, misalignment)});
    return arrays_.back().memory->data();
}

bool SharedMemory::contains(const void* address, size_t bytes) const {
    if (dynamic_.contains(address, bytes)) {
        return true;
    }
    for (const Array& array : arrays_) {
        if (array.memory->contains(address, bytes)) {
            return true;
        }
    }
    return false;
}

std::string SharedMemory::damage() const {
    std::string damage = dynamic_.damage();
    for (size_t i = 0; damage.empty() && i < arrays_.size(); ++i) {
        damage = arrays_[i].memory->damage();
    }
    return damage;
}

}  // namespace emulation
