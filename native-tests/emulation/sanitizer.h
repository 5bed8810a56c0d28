// What AddressSanitizer must be told: which stack runs, and which bytes are out of bounds. Nothing without it.
// EMULATION_ADDRESS_SANITIZER may be defined from outside, where only the rest of the program is instrumented.
#pragma once

#include <cstddef>

#if defined(EMULATION_ADDRESS_SANITIZER)
// Nothing to find out.
#elif defined(__SANITIZE_ADDRESS__)
#define EMULATION_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EMULATION_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef EMULATION_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace emulation::sanitizer {

#ifdef EMULATION_ADDRESS_SANITIZER

constexpr bool ACTIVE = true;

// Before a switch to another stack; saves what belongs to this one, or drops it where `saved` is nullptr.
inline void leave_stack(void** saved, const void* to, size_t size) {
    __sanitizer_start_switch_fiber(saved, to, size);
}

// After a switch, on the new stack.
inline void enter_stack(void* saved, const void** from, size_t* size) {
    __sanitizer_finish_switch_fiber(saved, from, size);
}

inline void forbid(const void* memory, size_t size) {
    __asan_poison_memory_region(memory, size);
}

inline void allow(const void* memory, size_t size) {
    __asan_unpoison_memory_region(memory, size);
}

inline void on_death(void (*callback)()) {
    __sanitizer_set_death_callback(callback);
}

#else

constexpr bool ACTIVE = false;

inline void leave_stack(void**, const void*, size_t) {}
inline void enter_stack(void*, const void**, size_t*) {}
inline void forbid(const void*, size_t) {}
inline void allow(const void*, size_t) {}
inline void on_death(void (*)()) {}

#endif

}  // namespace emulation::sanitizer
